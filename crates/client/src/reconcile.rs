//! The reconciliation: what the quote vault holds is what everybody has, to the unit.
//!
//! ```text
//! vault = Σ (cash + quote) + treasury (insurance fund + swept fees + interest) + unswept fees
//!         + unpaid funding (settled by some positions, not yet by the others)
//!         + what the positions in settled instruments will be paid
//!         − bad debt charged to lent cash and not taken from it yet
//! ```

use ballast::state::{MarginAccount, Market, Treasury};
use ballast_risk::Board;
use std::collections::BTreeMap;

/// The sums, in quote-native.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Tokens in the quote vault.
    pub vault: i128,
    /// Deposits less withdrawals, as the treasury counts them: what the vault must hold.
    pub deposits: i128,
    /// Cash of all accounts.
    pub cash: i128,
    /// Signed cash flow of all open positions.
    pub quote: i128,
    /// Insurance fund.
    pub insurance: i128,
    /// Swept fees.
    pub fees: i128,
    /// Interest that borrowers paid and lenders were not paid yet.
    pub interest: i128,
    /// Bad debt that was charged to what is lent and that lenders have not paid yet.
    pub receivable: i128,
    /// What the accounts have registered as lent, and what the treasury counts.
    pub lent: (i128, i128),
    /// What the accounts have registered as owed, and what the treasury counts.
    pub owed: (i128, i128),
    /// Fees not yet swept.
    pub unswept: i128,
    /// Funding and losses that positions have settled into their markets and others have not been paid yet.
    pub unpaid_funding: i128,
    /// What a lot of each settled instrument pays.
    pub pays: BTreeMap<u16, i128>,
    /// Open interest of every instrument.
    pub open_interest: BTreeMap<u16, OpenInterest>,
}

/// Both sides of a market, by its own count and by that of the accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenInterest {
    /// Long and short lots of all accounts, both positive.
    pub held: (i128, i128),
    /// Long and short lots by the market's count.
    pub counted: (i128, i128),
}

impl OpenInterest {
    /// True if both counts agree and, unless it is settled, every long lot has its short one.
    pub fn holds(&self, settled: bool) -> bool {
        self.held == self.counted && (settled || self.held.0 == self.held.1)
    }
}

impl Reconciliation {
    /// Starts with the vault and the treasury; accounts and markets are added.
    pub fn new(vault: u64, treasury: &Treasury) -> Self {
        Self {
            vault: i128::from(vault),
            deposits: i128::from(treasury.quote_deposits.get()),
            insurance: i128::from(treasury.insurance.get()),
            fees: i128::from(treasury.fees.get()),
            interest: i128::from(treasury.lending.collected.get()) + i128::from(treasury.lending.lender_interest.get()),
            receivable: i128::from(treasury.lending.receivable.get()),
            lent: (0, i128::from(treasury.lending.lent.get())),
            owed: (0, i128::from(treasury.lending.owed.get())),
            ..Self::default()
        }
    }

    /// Adds what settled instruments pay.
    pub fn add_board(&mut self, board: &Board) {
        for i in board.instruments.iter().filter(|i| i.is_listed() && i.settled != 0) {
            if let Ok(u) = board.underlying(i.underlying) {
                self.pays.insert(i.index, i128::from(i.fixed.get() >> u.scale()));
            }
        }
    }

    /// What the positions in settled instruments will be paid: not nothing while only one side was.
    pub fn settled(&self) -> i128 {
        let held = |index: &u16| self.open_interest.get(index).map_or(0, |o| o.held.0 - o.held.1);
        self.pays.iter().map(|(index, pays)| held(index) * pays).sum()
    }

    /// Adds a margin account.
    pub fn add_account(&mut self, account: &MarginAccount) {
        self.cash += i128::from(account.portfolio.cash.get());
        self.lent.0 += i128::from(account.portfolio.lent.get());
        self.owed.0 += i128::from(account.portfolio.owed_registered.get());
        for p in account.portfolio.open() {
            self.quote += i128::from(p.quote.get());
            let held = &mut self.open_interest.entry(p.key.instrument()).or_default().held;
            held.0 += i128::from(p.lots.get().max(0));
            held.1 -= i128::from(p.lots.get().min(0));
        }
    }

    /// Adds a market.
    pub fn add_market(&mut self, market: &Market) {
        self.unswept += i128::from(market.unswept_fees.get());
        self.unpaid_funding += i128::from(market.unpaid_funding.get());
        let counted = &mut self.open_interest.entry(market.instrument).or_default().counted;
        *counted = (i128::from(market.open_interest_long.get()), i128::from(market.open_interest_short.get()));
    }

    /// What somebody has a claim on.
    pub fn claims(&self) -> i128 {
        self.cash + self.quote + self.insurance + self.fees + self.interest - self.receivable
            + self.unswept
            + self.unpaid_funding
            + self.settled()
    }

    /// What is in the vault and belongs to nobody, or is missing: zero.
    pub fn difference(&self) -> i128 {
        self.vault - self.claims()
    }

    /// True if everything adds up.
    pub fn holds(&self) -> bool {
        let open = self.open_interest.iter().all(|(index, o)| o.holds(self.pays.contains_key(index)));
        let registered = self.lent.0 == self.lent.1 && self.owed.0 == self.owed.1;
        self.difference() == 0 && self.vault == self.deposits && registered && open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_risk::{Lots, Position, PositionKey, QuoteNative};
    use bytemuck::Zeroable;

    fn account(cash: i64, lots: i64, quote: i64) -> Box<MarginAccount> {
        let mut account: Box<MarginAccount> = bytemuck::allocation::zeroed_box();
        account.portfolio.cash = QuoteNative::new(cash);
        account.portfolio.position_count = 1;
        account.portfolio.positions[0] = Position {
            key: PositionKey(3),
            lots: Lots::new(lots),
            quote: QuoteNative::new(quote),
            ..Position::zeroed()
        };
        account
    }

    #[test]
    fn a_missing_unit_and_a_missing_lot_are_seen() {
        let mut treasury = Treasury::zeroed();
        treasury.quote_deposits = QuoteNative::new(115);
        treasury.insurance = QuoteNative::new(10);
        let mut market = Market::zeroed();
        (market.instrument, market.unswept_fees) = (3, QuoteNative::new(5));
        (market.open_interest_long, market.open_interest_short) = (Lots::new(2), Lots::new(2));

        market.unpaid_funding = QuoteNative::new(-7);

        let mut sum = Reconciliation::new(115, &treasury);
        sum.add_account(&account(67, 2, -50));
        sum.add_account(&account(40, -2, 50));
        sum.add_market(&market);
        assert_eq!(sum.difference(), 0);
        assert!(sum.holds());

        assert!(!Reconciliation { vault: 114, ..sum.clone() }.holds());
        sum.add_account(&account(0, 1, 0));
        assert_eq!(sum.difference(), 0);
        assert!(!sum.holds());

        // Once it is settled at nothing the lot may stand alone; at seven it has a claim on seven.
        sum.open_interest.entry(3).or_default().counted = (3, 2);
        sum.pays.insert(3, 0);
        assert!(sum.holds());
        sum.pays.insert(3, 7);
        assert_eq!(sum.difference(), -7);
    }
}
