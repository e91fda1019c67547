//! The margin check: differences between instructions with and without positions.

use crate::{
    bench::{Bench, SPREAD},
    options::{Holders, option},
    row::{Row, row},
};
use anyhow::{Result, ensure};
use ballast_client::{ballast::state::RiskBoard, instruction};
use ballast_testkit::Trader;

/// The rows.
pub const ROWS: &[Row] = &[
    row("margin_check_16", 8_100, "16 positions over 8 underlyings: `withdraw` with them less `withdraw` without"),
    row("margin_check_48", 11_000, "48 positions over 8 underlyings, likewise").target(25_000),
    row("margin_check_per_position", 100, "a further position: (48 positions − 16 positions) / 32, rounded up")
        .target(250),
    row("margin_check_per_underlying", 800, "a further underlying: (16 over 8 − 16 over 2) / 6, rounded up"),
    row(
        "margin_check_48_mixed",
        21_300,
        "48 positions over 8 underlyings: on each a perpetual, two futures and three options, whose price and time are \
         no longer those of their arrays",
    )
    .target(25_000),
    row(
        "margin_check_48_mixed_ramp",
        62_900,
        "those of the row before, an expiry of each underlying settled in twelve hours",
    ),
    row("margin_check_48_options", 23_600, "the same with a perpetual, a future and four options on each"),
    row("margin_check_per_option", 390, "a further option: (48 positions − 32 positions) / 16 of the last row"),
    row("margin_check_first_options", 1_100, "the first two options on an underlying with a perpetual and a future"),
    row("margin_check_per_token", 230, "a collateral token of an underlying that is held anyway"),
];

/// From the rows of withdrawals, and what a withdrawal costs with 16 positions on two underlyings, and with 16 and a token.
pub fn of_withdrawals(b: &mut Bench, with_narrow: u64, with_token: u64) {
    let [base, with_16, with_48] = ["withdraw_0", "withdraw_16", "withdraw_48"].map(|row| b.units[row]);
    for (row, units) in [
        ("margin_check_16", with_16 - base),
        ("margin_check_48", with_48 - base),
        ("margin_check_per_position", (with_48 - with_16).div_ceil(32)),
        ("margin_check_per_underlying", (with_16 - with_narrow).div_ceil(u64::from(SPREAD) - 2)),
        ("margin_check_per_token", with_token - with_16),
    ] {
        b.units.insert(row, units);
    }
}

/// Margin checks over options, away from the price and time of their arrays.
pub fn options(b: &mut Bench, holders: &Holders) -> Result<()> {
    let (e, usdc) = (b.svm.exchange, b.svm.usdc);
    let withdraw = |b: &mut Bench, t: &Trader| {
        let ix = instruction::withdraw(&e, &t.address(), &t.margin, &t.usdc, &usdc, 1_000_000);
        b.simulate(ix, &[&t.key])
    };
    let base = withdraw(b, &holders.cash)?;
    let linear = withdraw(b, &holders.linear)? - base;
    let half = withdraw(b, &holders.half)? - base;
    let whole = withdraw(b, &holders.whole)? - base;
    let mixed = withdraw(b, &holders.mixed)? - base;
    let board = b.svm.board();
    settle_first_expiry_at(b, b.svm.now() + 43_200);
    let ramp = withdraw(b, &holders.mixed)? - base;
    b.svm.modify::<RiskBoard>(&e.board, |changed| *changed = *board);
    for t in [&holders.whole, &holders.mixed] {
        let positions = b.svm.portfolio(t).position_count;
        ensure!(positions == 48, "{positions} positions instead of 48");
    }
    for (row, units) in [
        ("margin_check_48_mixed", mixed),
        ("margin_check_48_mixed_ramp", ramp),
        ("margin_check_48_options", whole),
        ("margin_check_per_option", (whole - half).div_ceil(2 * u64::from(SPREAD))),
        ("margin_check_first_options", (half - linear).div_ceil(u64::from(SPREAD))),
    ] {
        b.units.insert(row, units);
    }
    Ok(())
}

/// Writes a settlement time over that of the first options' expiry: to wait for it would make every price and array anew.
fn settle_first_expiry_at(b: &mut Bench, time: i64) {
    let e = b.svm.exchange;
    b.svm.modify::<RiskBoard>(&e.board, |account| {
        let board = &mut account.board;
        let expiry = board.instruments[usize::from(option(0, 0, 0, 0))].expiry;
        board.next_settlement = time;
        board.instruments.iter_mut().filter(|i| i.expiry == expiry).for_each(|i| i.settles_at = time);
    });
}
