//! Interest and lending.

use crate::{
    bench::Bench,
    row::{Row, row},
};
use anyhow::Result;
use ballast_client::instruction;
use ballast_testkit::{Trader, lending::INTEREST};
use solana_signer::Signer;

/// The rows.
pub const ROWS: &[Row] = &[
    row("accrue_interest_16", 10_800, "an account of 16 positions begins to lend"),
    row("update_interest", 3_600, "an epoch ends in which something was lent"),
    row("set_interest", 1_700, "rates, limits and epochs"),
];

/// Interest: an account of 16 positions begins to lend.
pub fn interest(b: &mut Bench, lender: &Trader) -> Result<()> {
    let (e, admin) = (b.svm.exchange, b.svm.admin.insecure_clone());
    let set = instruction::set_interest(&e, &admin.pubkey(), &INTEREST);
    b.send("set_interest", set, &[&admin])?;
    b.send("update_interest", instruction::update_interest(&e), &[])?;
    b.send("accrue_interest_16", instruction::accrue_interest(&e, &lender.margin), &[])?;
    b.svm.advance(i64::from(INTEREST.epoch_seconds));
    b.send("update_interest", instruction::update_interest(&e), &[])
}
