//! Margin accounts.

use crate::{
    bench::{Bench, FORTY_EIGHT, RICH, SIXTEEN, SPREAD, failure, native},
    margin,
    row::{Row, row},
};
use anyhow::Result;
use ballast_client::{ballast::state::Permissions, instruction};
use ballast_testkit::{BTC, Trader};
use solana_signer::Signer;

/// The rows.
pub const ROWS: &[Row] = &[
    row("open_margin_account", 5_200, "a new account"),
    row("close_margin_account", 2_900, "an empty account"),
    row("deposit_quote", 4_500, "USDC, 16 positions"),
    row("deposit_token", 12_800, "wrapped SOL, 16 positions"),
    row("withdraw_0", 4_500, "USDC, nothing else held"),
    row("withdraw_16", 12_600, "USDC, 16 positions"),
    row("withdraw_48", 15_500, "USDC, 48 positions"),
    row("withdraw_token_16", 12_900, "wrapped SOL, 16 positions"),
    row("view_margin_16", 12_600, "16 positions over 8 underlyings: the first page"),
    row("view_margin_48_mixed", 24_100, "48 positions over 8 underlyings, half of them options"),
    row("set_delegate", 1_800, "a first delegate"),
    row("transfer_cash_16", 11_700, "USDC to a second account, both hold 16 positions"),
    row("transfer_position_16", 22_200, "a part of a position to a second account, both hold 16 positions"),
];

/// The account that trades with everybody.
pub fn open_house(b: &mut Bench) -> Result<()> {
    let (e, house) = (b.svm.exchange, b.house.key.insecure_clone());
    let open = instruction::open_margin_account(&e, &b.svm.payer.pubkey(), &house.pubkey(), 0);
    b.send("open_margin_account", open, &[&house])?;
    let (margin, source, usdc) = (b.house.margin, b.house.usdc, b.svm.usdc);
    let deposit = instruction::deposit(&e, &house.pubkey(), &margin, &source, &usdc, native("900_000_000")?);
    b.run(deposit, &[&house])?;
    Ok(())
}

/// Deposits, withdrawals, views, and what the margin check is of them.
pub fn deposits_and_withdrawals(b: &mut Bench) -> Result<()> {
    let (e, usdc, wsol) = (b.svm.exchange, b.svm.usdc, b.svm.wsol);
    let nothing = b.trader("0")?;
    let close = instruction::close_margin_account(&e, &nothing.address(), 0);
    b.measure("close_margin_account", close, &[&nothing.key])?;

    let withdraw = |t: &Trader| instruction::withdraw(&e, &t.address(), &t.margin, &t.usdc, &usdc, 1_000_000);
    let cash = b.trader(RICH)?;
    let sixteen = b.holder(RICH, SIXTEEN)?;
    let narrow = b.holder(RICH, FORTY_EIGHT.filter(|i| i % SPREAD < 2))?;
    let forty_eight = b.holder(RICH, FORTY_EIGHT)?;
    let token = b.holder(RICH, SIXTEEN)?;
    b.svm.deposit_sol(&token, 10_000_000_000).map_err(failure)?;

    b.measure("withdraw_0", withdraw(&cash), &[&cash.key])?;
    b.measure("withdraw_16", withdraw(&sixteen), &[&sixteen.key])?;
    b.measure("withdraw_48", withdraw(&forty_eight), &[&forty_eight.key])?;
    let with_narrow = b.simulate(withdraw(&narrow), &[&narrow.key])?;
    let with_token = b.simulate(withdraw(&token), &[&token.key])?;
    margin::of_withdrawals(b, with_narrow, with_token);

    let out = instruction::withdraw(&e, &token.address(), &token.margin, &token.wsol, &wsol, 1_000_000_000);
    b.measure("withdraw_token_16", out, &[&token.key])?;
    let t = &sixteen;
    let quote = instruction::deposit(&e, &t.address(), &t.margin, &t.usdc, &usdc, 1_000_000);
    b.measure("deposit_quote", quote, &[&t.key])?;
    let sol = instruction::deposit(&e, &t.address(), &t.margin, &t.wsol, &wsol, 1_000_000_000);
    b.measure("deposit_token", sol, &[&t.key])?;
    view(b, "view_margin_16", t)
}

/// Delegates, and transfers to a second account of the same owner.
pub fn transfers(b: &mut Bench, t: &Trader) -> Result<()> {
    let e = b.svm.exchange;
    let second = b.svm.sub_account(t.key.insecure_clone(), 1, &RICH.replace('_', ""))?;
    b.hold(&second, SIXTEEN)?;
    let cash = instruction::transfer_cash(&e, &t.address(), &t.margin, &second.margin, 1_000_000);
    b.measure("transfer_cash_16", cash, &[&t.key])?;
    let position = instruction::transfer_position(&e, &t.address(), &t.margin, &second.margin, BTC, 5);
    b.measure("transfer_position_16", position, &[&t.key])?;
    let (to, until) = (b.house.address(), b.svm.now() + 60);
    let delegate = instruction::set_delegate(&e, &t.address(), &t.margin, &to, Permissions::all(), until);
    b.measure("set_delegate", delegate, &[&t.key])?;
    Ok(())
}

/// The view of an account.
pub fn view(b: &mut Bench, row: &'static str, t: &Trader) -> Result<()> {
    b.measure(row, instruction::view_margin(&b.svm.exchange, &t.margin, 0), &[])?;
    Ok(())
}
