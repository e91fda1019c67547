//! Sales of tokens to a liquidator: price, amount, and that the account is better off for it (I236, I238).

use super::{
    random::{Rng, cases},
    rational::{ppm, whole},
    world::{LAST, NOW, Reach, USDC, World, plain},
};
use crate::{
    Board, Portfolio, Ppm, QuoteNative, Requirements, RiskError, Scaled,
    liquidation::{TokenSale, discount_rate, sell_tokens},
    margin::{UnderlyingRisk, check},
};
use bytemuck::Zeroable;
use core::cell::Cell;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

fn native(n: BigInt) -> i64 {
    n.to_i64().unwrap()
}

fn require(board: &Board, p: &Portfolio) -> Requirements {
    check(board, p, LAST).unwrap()
}

fn scan(board: &Board, token: u16, p: &Portfolio) -> QuoteNative {
    let u = board.underlying(board.token(token).unwrap().underlying).unwrap();
    UnderlyingRisk::in_portfolio(board, u, p, LAST).unwrap().scan
}

fn sold(account: &Portfolio, token: u16, amount: u64, price: i64) -> Portfolio {
    let mut p = *account;
    if amount > 0 {
        p.debit(token, amount).unwrap();
    }
    p.cash = QuoteNative::new(p.cash.get() + price);
    p
}

/// The sale of an amount, written from `docs/model.md#liquidation`: really sold, really checked.
fn sale(board: &Board, account: &Portfolio, token: u16, amount: u64) -> TokenSale {
    let terms = board.token(token).unwrap();
    let u = board.underlying(terms.underlying).unwrap();
    let before = require(board, account);
    let (units, rest) = (amount / terms.atoms_per_unit, amount % terms.atoms_per_unit);
    let rest = native((whole(rest) * whole(u.price.get()) / whole(terms.atoms_per_unit)).floor());
    let value = Scaled::new(units as i64 * u.price.get() + rest).to_native_floor(u.scale());
    let at_index = require(board, &sold(account, token, amount, value.get()));
    let gained = (at_index.health().unwrap().get() - before.health().unwrap().get()).max(0);
    let rate = discount_rate(&board.params, &before).unwrap();
    let by_rate = (whole(value.get()) * ppm(rate.get())).floor();
    let by_gain = (whole(gained) * ppm(board.params.discount_of_freed.get())).floor();
    let discount = native(by_rate.min(by_gain));
    TokenSale {
        amount,
        value,
        discount: QuoteNative::new(discount),
        insurance: QuoteNative::new(native((whole(discount) * ppm(board.params.insurance_share.get())).floor())),
        before,
        after: require(board, &sold(account, token, amount, value.get() - discount)),
    }
}

/// True if nothing further may be sold.
fn is_done(board: &Board, r: &Requirements) -> bool {
    let buffer = whole(1) + ppm(board.params.liquidation_buffer.get());
    r.owed().is_zero() || whole(r.equity.get()) >= whole(r.maintenance.get()) * buffer
}

#[derive(Default)]
struct Seen {
    sold: Cell<u32>,
    bankrupt: Cell<u32>,
    cut_back: Cell<u32>,
    paid_off: Cell<u32>,
    all: Cell<u32>,
    refused: Cell<u32>,
    nothing: Cell<u32>,
    healthy: Cell<u32>,
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

fn one_account(rng: &mut Rng, reach: Reach, seen: &Seen) {
    let mut world = World::random(rng, reach, 4);
    world.board.next_settlement = 0; // a sale sees no expiry coming
    let mut account = world.portfolio(rng, 6);
    let held: std::vec::Vec<u16> = account.balances.iter().filter(|b| b.amount > 0).map(|b| b.token).collect();
    if held.is_empty() {
        return;
    }
    let token = rng.pick(&held);
    let board = &world.board;
    let r = require(board, &account);
    let target = (i128::from(r.maintenance.get()) * i128::from(rng.range(-60, 103)) / 100) as i64;
    account.cash = QuoteNative::new(account.cash.get() + target - r.equity.get());

    let before = require(board, &account);
    let terms = board.token(token).unwrap();
    let u = board.underlying(terms.underlying).unwrap();
    let balance = account.balance(token);
    let most = if rng.chance(50) { rng.log_range(1, balance as i64) as u64 } else { rng.pick(&[balance, u64::MAX]) };
    let offered = if most >= balance { balance } else { most - most % terms.atoms_per_unit };
    let did = match sell_tokens(board, &account, token, most, NOW) {
        Ok(did) => did,
        Err(RiskError::StaleRiskArray { .. }) => return, // as in a takeover
        Err(RiskError::NotLiquidatable { .. }) => {
            assert!(!before.is_liquidatable());
            return count(&seen.healthy);
        }
        Err(RiskError::NothingToLiquidate) => {
            assert!(before.owed().is_zero() || offered == 0);
            return count(&seen.nothing);
        }
        Err(RiskError::LiquidationDoesNotHelp { before: was, after: is }) => {
            assert_eq!(was, before.health().unwrap().get());
            let all = sale(board, &account, token, offered);
            if !is_done(board, &all.after) {
                let after = sold(&account, token, offered, all.price().unwrap().get());
                assert!(is <= was || scan(board, token, &after) > scan(board, token, &account));
            }
            return count(&seen.refused);
        }
        Err(other) => unreachable!("{other:?}"),
    };
    count(&seen.sold);
    assert!(before.is_liquidatable() && !before.owed().is_zero());

    // What is predicted is what a check finds, to the unit, in every field.
    assert_eq!(did, sale(board, &account, token, did.amount));
    assert!(did.amount > 0 && did.amount <= offered);
    assert!(did.amount == balance || did.amount % terms.atoms_per_unit == 0);

    // The discount, and no more of it than the part of the margin freed, where whole units are sold.
    let freed = before.maintenance.get() - did.after.maintenance.get();
    assert!(
        did.discount.get() >= 0
            && did.insurance.get() >= 0
            && did.insurance <= did.discount
            && did.discount <= did.value
    );
    if did.amount % terms.atoms_per_unit == 0 {
        assert!(whole(did.discount.get()) <= whole(freed.max(0)) * ppm(board.params.discount_of_freed.get()));
    }

    // Better off, and no hedge broken.
    let after = sold(&account, token, did.amount, did.price().unwrap().get());
    let (was, is) = (before.health().unwrap(), did.after.health().unwrap());
    assert!(is > was || is == was && did.value.is_zero() && did.amount == balance);
    assert!(scan(board, token, &after) <= scan(board, token, &account));
    if before.equity.get() <= 0 {
        count(&seen.bankrupt);
    }

    // As few units as reach the buffer or pay off what is owed, or all that was asked for, or all for what is left is dust.
    let whole_units = did.amount - did.amount % terms.atoms_per_unit;
    if is_done(board, &did.after) && whole_units > terms.atoms_per_unit {
        let one_less = sale(board, &account, token, whole_units - terms.atoms_per_unit);
        if is_done(board, &one_less.after) {
            assert!(did.amount == balance && most >= balance);
        } else if did.amount < offered {
            count(if did.after.owed().is_zero() { &seen.paid_off } else { &seen.cut_back });
        }
    } else if did.amount < offered {
        assert!(is_done(board, &did.after));
    } else {
        count(&seen.all);
    }
    let left = Scaled::new(terms.units(balance - did.amount).unwrap().get() * u.price.get()).to_native_floor(u.scale());
    assert!(most < balance || did.amount == balance || left >= board.params.dust_value);
}

fn many(reach: Reach) {
    let seen = Seen::default();
    cases(6_000, |rng| one_account(rng, reach, &seen));
    if seen.sold.get() > 100 {
        for (name, cell) in [
            ("bankrupt", &seen.bankrupt),
            ("cut back", &seen.cut_back),
            ("paid off", &seen.paid_off),
            ("sold whole", &seen.all),
            ("refused", &seen.refused),
            ("nothing owed", &seen.nothing),
            ("healthy", &seen.healthy),
        ] {
            assert!(cell.get() > 5, "{name}: only {} of {}", cell.get(), seen.sold.get());
        }
    }
}

/// I236, I238.
#[test]
fn usual_accounts_sell_tokens_by_the_rules() {
    many(Reach::Usual);
}

/// I236, I238.
#[test]
fn legal_accounts_sell_tokens_by_the_rules() {
    many(Reach::Legal);
}

/// A rest below a delta unit is paid for at its price; one that is worth less than a unit of quote goes for nothing, so that
/// it holds no debt up. What is worth something is not given away.
#[test]
fn a_rest_below_a_delta_unit_goes_too() {
    let mut world = plain();
    world.board.tokens[0].atoms_per_unit = 10_000_000;
    let u = *world.board.underlying(0).unwrap();
    let mut p = Portfolio::zeroed();
    p.cash = QuoteNative::new(-5 * USDC);
    p.credit(0, &world.board.tokens[0], &u, 9_999_999).unwrap(); // not quite a unit, of 1 USDC
    let r = require(&world.board, &p);
    assert_eq!((r.equity.get(), r.maintenance.get()), (-5 * USDC, 0));
    assert_eq!(sell_tokens(&world.board, &p, 0, 9_999_998, NOW), Err(RiskError::NothingToLiquidate));
    let did = sell_tokens(&world.board, &p, 0, u64::MAX, NOW).unwrap();
    assert_eq!((did.amount, did.value.get()), (9_999_999, 999_999));
    let rate = world.board.params.discount_max;
    assert_eq!(did.discount.get(), native((whole(999_999) * ppm(rate.get())).floor()));
    assert_eq!(did.after.equity.get(), -5 * USDC + 999_999 - did.discount.get());

    let mut p = Portfolio::zeroed();
    p.cash = QuoteNative::new(-1);
    p.credit(0, &world.board.tokens[0], &u, 9).unwrap(); // nine tenths of 0.000001 USDC
    let did = sell_tokens(&world.board, &p, 0, 9, NOW).unwrap();
    assert_eq!((did.amount, did.value.get(), did.discount.get(), did.after.equity.get()), (9, 0, 0, -1));
}

/// What one side gives the other takes, for cash that the liquidator has.
#[test]
fn a_sale_moves_what_it_says() {
    let mut world = plain();
    world.board.tokens[0].atoms_per_unit = 10_000_000;
    let u = *world.board.underlying(0).unwrap();
    let mut account = Portfolio::zeroed();
    account.cash = QuoteNative::new(-5 * USDC);
    account.credit(0, &world.board.tokens[0], &u, 9_999_999).unwrap();
    let did = sell_tokens(&world.board, &account, 0, u64::MAX, NOW).unwrap();
    let paid = did.price().unwrap().plus(did.insurance).unwrap();

    let mut liquidator = Portfolio::zeroed();
    liquidator.cash = paid.minus(QuoteNative::new(1)).unwrap();
    let refused = did.apply(&world.board, 0, &mut account.clone(), &mut liquidator.clone(), NOW);
    assert_eq!(refused, Err(RiskError::InsufficientCash { needed: paid.get(), available: paid.get() - 1 }));

    liquidator.cash = QuoteNative::new(USDC);
    let required = did.apply(&world.board, 0, &mut account, &mut liquidator, NOW).unwrap();
    assert_eq!((account.balance(0), liquidator.balance(0)), (0, did.amount));
    assert_eq!(account.cash.get(), -5 * USDC + did.price().unwrap().get());
    assert_eq!(liquidator.cash.get(), USDC - paid.get());
    assert_eq!((require(&world.board, &account), require(&world.board, &liquidator)), (did.after, required));
}

/// Who owes nothing sells nothing, even below maintenance.
#[test]
fn who_owes_nothing_sells_nothing() {
    let mut world = plain();
    world.board.tokens[0].params.haircut = Ppm::new(900_000);
    let u = &mut world.board.underlyings[0];
    u.params.scan_range = Ppm::new(1_000_000);
    world.reprice(0, USDC);
    let mut p = Portfolio::zeroed();
    let u = *world.board.underlying(0).unwrap();
    p.credit(0, &world.board.tokens[0], &u, 100).unwrap();
    assert!(require(&world.board, &p).is_liquidatable());
    assert_eq!(sell_tokens(&world.board, &p, 0, u64::MAX, NOW), Err(RiskError::NothingToLiquidate));
    p.cash = QuoteNative::new(-1);
    assert!(sell_tokens(&world.board, &p, 0, u64::MAX, NOW).is_ok());
}
