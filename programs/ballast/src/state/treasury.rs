//! The treasury: every moving total of the exchange. No trade touches it.

#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::{
    Board, LendingPool, MAX_TOKENS, OutflowWindow, Portfolio, QuoteNative, RiskError,
    liquidation::{Episode, Spending, held},
};
use solana_address::Address;

/// Seeds: "treasury", exchange.
#[cfg_attr(feature = "program", account)]
#[cfg_attr(not(feature = "program"), derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable), repr(C))]
pub struct Treasury {
    /// The exchange.
    pub exchange: Address,
    /// What the quote vault must hold: deposits less withdrawals. Tokens sent to the vault by other ways are not counted.
    pub quote_deposits: QuoteNative,
    /// The insurance fund.
    pub insurance: QuoteNative,
    /// Fees swept from the markets.
    pub fees: QuoteNative,
    /// Bad debt that the insurance fund has paid since the beginning.
    pub bad_debt_paid: QuoteNative,
    /// Deposits of each token of the board, in its smallest unit.
    pub token_deposits: [u64; MAX_TOKENS],
    /// Interest between borrowers and lenders, and what all accounts lend and owe.
    pub lending: LendingPool,
    /// Net outflow of the quote currency.
    pub quote_window: OutflowWindow,
    /// Net outflow of each token of the board.
    pub token_windows: [OutflowWindow; MAX_TOKENS],
    /// What the insurance fund spends on the discounts of seized accounts.
    pub spending: Spending,
    /// Bump of this account.
    pub bump: u8,
    /// Reserved, zero.
    pub reserved: [u8; 7],
}

impl Treasury {
    /// What of a seized account's budget may be spent today: the insurance fund spends no more than its part on any underlying.
    /// Everything that the account holds counts, of which a slice is a part.
    pub fn open_budget(
        &self,
        board: &Board,
        portfolio: &Portfolio,
        episode: &Episode,
        now: i64,
    ) -> core::result::Result<QuoteNative, RiskError> {
        if episode.budget.is_zero() {
            return Ok(QuoteNative::ZERO);
        }
        let room = self.spending.room(&board.params, self.insurance, held(board, portfolio)?, now)?;
        Ok(episode.budget.min(room))
    }
}
