//! Tokens that slices contain: how many are taken, and what becomes of them. They have no book to be closed on.

use crate::{
    bot::{Liquidator, Tokens},
    chain::{Chain, Found},
};
use anyhow::{Context, Result};
use ballast_client::{
    TOKEN_2022_PROGRAM, decimal, instruction, margin,
    risk::{Balance, Board, OutflowWindow, Portfolio, RiskError, Token},
};
use bytemuck::allocation::zeroed_box;
use solana_address::Address;
use solana_instruction::Instruction;
use spl_associated_token_account_interface::{
    address::get_associated_token_address_with_program_id, instruction::create_associated_token_account_idempotent,
};
use tracing::info;

/// What is withdrawn where the limit on withdrawals does not let all go is at least one part in so many: not what leaks of it in a
/// second, again and again.
const LEAST_PART: u64 = 8;

/// Where tokens of a mint are kept by their owner.
struct Wallet {
    /// The mint's token program.
    program: Address,
    /// The owner's associated token account.
    account: Address,
}

impl Liquidator {
    /// Most that the tokens of a slice of an account may be worth, quote-native: what the limit leaves beside the tokens of the same
    /// kinds that are already where they end up. None where that cannot be found out.
    pub(crate) fn room_for_tokens(&self, chain: &Chain, found: &Found) -> i64 {
        let tokens = found.account.portfolio.balances.iter().filter(|b| b.amount > 0).map(|b| b.token);
        if self.settings.max_tokens == i64::MAX {
            return i64::MAX;
        }
        let mut room = self.settings.max_tokens;
        for token in tokens {
            match self.tokens_held(chain, token) {
                Ok(value) => room = room.saturating_sub(value),
                Err(error) => {
                    self.report.failed(&found.address, "see how many tokens there are", &error);
                    return 0;
                }
            }
        }
        room.max(0)
    }

    /// What the liquidator has of a token, in the account that takes slices over and where the tokens end up, quote-native.
    fn tokens_held(&self, chain: &Chain, token: u16) -> Result<i64> {
        let desk = chain.own.desk.as_ref().map_or(0, |desk| desk.portfolio.balance(token));
        let there = match self.destination() {
            Tokens::Keep => 0,
            Tokens::Main => chain.own.main.portfolio.balance(token),
            Tokens::Withdraw => self.in_wallet(&self.wallet(&chain.board, token)?)?,
        };
        Ok(value(&chain.board, token, desk.saturating_add(there), chain.now)?)
    }

    /// What becomes of tokens: with one account for all they stay, since nobody can tell which of them were taken over.
    fn destination(&self) -> Tokens {
        if self.own.are_one() { Tokens::Keep } else { self.settings.tokens }
    }

    /// Hands on the tokens of the account that takes slices over, which holds no position. True if any were.
    pub(crate) fn hand_tokens_on(&self, chain: &Chain) -> bool {
        let Some(desk) = chain.own.desk.as_deref() else { return false };
        let held: Vec<Balance> = desk.portfolio.balances.iter().filter(|b| b.amount > 0).copied().collect();
        let to = self.destination();
        if to == Tokens::Keep {
            if !held.is_empty() {
                self.report.note(
                    &self.own.desk,
                    "kept tokens",
                    String::new(),
                    &"they have no book, and are to be kept",
                );
            }
            return false;
        }
        let mut done = false;
        for balance in held {
            match self.hand_on(chain, &balance, to) {
                Ok(moved) => done |= moved,
                Err(error) => self.report.failed(&self.own.desk, &format!("hand token {} on", balance.token), &error),
            }
        }
        done
    }

    /// Withdraws one kind of token, and deposits it in the main account if it is to go there, in one transaction.
    fn hand_on(&self, chain: &Chain, balance: &Balance, to: Tokens) -> Result<bool> {
        let token = chain.board.token(balance.token)?;
        let amount =
            withdrawable(&chain.treasury.token_windows[usize::from(balance.token)], balance.amount, chain.now)?;
        if amount < balance.amount.div_ceil(LEAST_PART) {
            let why = "the exchange's limit on withdrawals is used up";
            self.report.note(&self.own.desk, &format!("kept {}", named(token)), balance.amount.to_string(), &why);
            return Ok(false);
        }
        let wallet = self.wallet(&chain.board, balance.token)?;
        let mint = Address::new_from_array(token.mint);
        let (e, owner) = (&self.exchange, &self.own.owner);
        let of_program = |ix: Instruction| {
            if wallet.program == TOKEN_2022_PROGRAM { instruction::of_token_2022(ix) } else { ix }
        };
        let open = create_associated_token_account_idempotent(owner, owner, &mint, &wallet.program);
        let withdraw = instruction::withdraw(e, owner, &self.own.desk, &wallet.account, &mint, amount);
        let mut instructions = vec![open, of_program(withdraw)];
        if to == Tokens::Main {
            let deposit = instruction::deposit(e, owner, &self.own.main, &wallet.account, &mint, amount);
            instructions.push(of_program(deposit));
        }
        self.rpc.send(&instructions, &self.key, &[])?;
        let what = shown(&chain.board, balance.token, amount);
        let worth = decimal::rounded(value(&chain.board, balance.token, amount, chain.now)?, 6, 2);
        match to {
            Tokens::Main => info!(tokens = %what, %worth, "put tokens into the main account"),
            _ => info!(tokens = %what, %worth, to = %wallet.account, "withdrew tokens"),
        }
        Ok(true)
    }

    /// Where tokens of a kind are kept.
    fn wallet(&self, board: &Board, token: u16) -> Result<Wallet> {
        let mint = Address::new_from_array(board.token(token)?.mint);
        let program = self.rpc.account(&mint)?.with_context(|| format!("there is no mint at {mint}"))?.owner;
        let account = get_associated_token_address_with_program_id(&self.own.owner, &mint, &program);
        Ok(Wallet { program, account })
    }

    /// What is in a token account; nothing, where it is not open.
    fn in_wallet(&self, wallet: &Wallet) -> Result<u64> {
        match self.rpc.account(&wallet.account)? {
            Some(_) => self.rpc.token_amount(&wallet.account),
            None => Ok(0),
        }
    }

    /// The positions and tokens of the account that takes slices over, in words.
    pub(crate) fn holdings(&self, chain: &Chain) -> String {
        let Some(desk) = chain.own.desk.as_deref() else { return String::new() };
        let p = &desk.portfolio;
        let position = |instrument: u16, lots: i64| {
            let terms = ballast_client::terms::Terms::of(&chain.board, instrument).ok()?;
            Some(format!("{} {}", terms.show_lots(lots), terms.name))
        };
        let held = p.open().iter().filter(|p| !p.lots.is_zero());
        let positions = held.filter_map(|p| position(p.key.instrument(), p.lots.get()));
        let tokens = p.balances.iter().filter(|b| b.amount > 0).map(|b| shown(&chain.board, b.token, b.amount));
        positions.chain(tokens).collect::<Vec<_>>().join(" and ")
    }
}

/// What a limit on withdrawals lets go of an amount now.
fn withdrawable(window: &OutflowWindow, amount: u64, now: i64) -> Result<u64, RiskError> {
    let mut copy = *window;
    match copy.withdraw(amount, now) {
        Ok(()) => Ok(amount),
        Err(RiskError::OutflowLimit { outflow, limit }) => Ok(amount.saturating_sub(outflow.saturating_sub(limit))),
        Err(error) => Err(error),
    }
}

/// What an amount of a token is worth at the board's last price, quote-native.
fn value(board: &Board, token: u16, amount: u64, now: i64) -> Result<i64, RiskError> {
    let mut alone: Box<Portfolio> = zeroed_box();
    alone.balances[0] = Balance { token, amount, ..Balance::default() };
    Ok(margin::requirements(board, &alone, now)?.equity.get())
}

/// An amount of a token, with its name.
pub(crate) fn shown(board: &Board, token: u16, amount: u64) -> String {
    match (board.token(token), i64::try_from(amount)) {
        (Ok(t), Ok(atoms)) => format!("{} {}", decimal::format(atoms, t.decimals.into(), 0), named(t)),
        _ => format!("{amount} of token {token}"),
    }
}

fn named(token: &Token) -> String {
    String::from_utf8_lossy(&token.name).trim_end_matches('\0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_client::risk::WithdrawalLimit;

    #[test]
    fn no_more_is_withdrawn_than_the_limit_lets_go() {
        let mut window = OutflowWindow::default();
        assert_eq!(withdrawable(&window, 500, 1_000), Ok(500), "there is no limit");
        window.set(WithdrawalLimit { limit: 300, window: 3_600, ..WithdrawalLimit::default() }, 1_000).unwrap();
        assert_eq!(withdrawable(&window, 500, 1_000), Ok(300));
        window.withdraw(200, 1_000).unwrap();
        assert_eq!(withdrawable(&window, 500, 1_000), Ok(100));
        assert_eq!(withdrawable(&window, 100, 1_000), Ok(100));
        window.deposit(400, 1_000).unwrap();
        assert_eq!(withdrawable(&window, 450, 1_000), Ok(450), "what came in may go out");
    }
}
