//! Which slice of an account below maintenance to take over.

use ballast_client::{
    ballast::{args::LiquidateArgs, state::MarginAccount},
    margin::Liquidation,
    risk::{Board, Portfolio},
};

/// A slice that could be taken over.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The instruments of the account's positions.
    pub instruments: Vec<u16>,
    /// What to ask for.
    pub args: LiquidateArgs,
    /// What the liquidator would be paid, in quote-native.
    pub profit: i64,
}

/// The largest slice of the whole account that the program would allow and the liquidator's own account could carry, halving from
/// all of it.
pub fn best(board: &Board, account: &MarginAccount, own: &Portfolio, now: i64) -> Option<Candidate> {
    let held = account.portfolio.open().iter().filter(|p| !p.lots.is_zero());
    let instruments: Vec<u16> = held.map(|p| p.key.instrument()).collect();
    let mut args = LiquidateArgs::of(u16::MAX);
    while args.most > 0 {
        let liquidation = Liquidation { board, account, instruments: &instruments, args, now };
        // An error is a refusal by the program: a stale price, or a slice that would not help.
        let payment = liquidation.slice().ok()?.payment;
        if liquidation.after_slice(own).is_ok() {
            let profit = payment.discount.get() - payment.insurance.get();
            return Some(Candidate { instruments, args, profit });
        }
        args.most /= 2;
    }
    None
}
