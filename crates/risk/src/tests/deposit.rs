//! What a deposit does to an account's health.

use super::{
    random::cases,
    rational::{Q, ppm, whole},
    reference::{self, Exact},
    world::{LAST, NOW, Reach, USDC, World, plain},
};
use crate::{
    Portfolio, Ppm, QuoteNative, RiskError, Token, UnitPrice, margin::check, rule::require_after_token_deposit,
};
use bytemuck::Zeroable;
use core::cell::Cell;

/// I14.
#[test]
fn a_deposit_of_quote_adds_one_for_one() {
    cases(1_000, |rng| {
        let mut world = World::random(rng, Reach::Legal, 4);
        let before = world.portfolio(rng, 16);
        let amount = rng.log_range(1, 1 << 50);
        let mut after = before;
        after.cash = QuoteNative::new(after.cash.get() + amount);
        let was = check(&world.board, &before, LAST).unwrap();
        let mut is = check(&world.board, &after, LAST).unwrap();
        for equity in [&mut is.equity, &mut is.initial_equity, &mut is.withdraw_equity, &mut is.own_cash] {
            *equity = QuoteNative::new(equity.get() - amount);
        }
        assert_eq!(is, was);
    });
}

/// I15. Legal parameters under which a token's margin is more than its value: anyone could push an account below
/// maintenance by paying into it. The rule refuses that deposit.
#[test]
fn a_token_may_cost_more_margin_than_it_is_worth() {
    let mut world = plain();
    world.board.tokens[0].params.haircut = Ppm::new(900_000);
    world.board.tokens[0].validate().unwrap();
    let u = &mut world.board.underlyings[0];
    u.params.scan_range = Ppm::new(1_000_000);
    u.validate().unwrap();
    world.reprice(0, USDC);

    // 100 USDC of cash against 20 lots of the other underlying: 20 USDC of maintenance margin, 25 of initial.
    let mut before = Portfolio::zeroed();
    before.cash = QuoteNative::new(100 * USDC);
    world.buy(&mut before, 1, 20, 10 * USDC);
    let was = check(&world.board, &before, LAST).unwrap();
    assert_eq!((was.equity.get(), was.maintenance.get(), was.initial.get()), (100 * USDC, 20 * USDC, 25 * USDC));

    // 100 tokens add 100 USDC of value, 90 of haircut and 99 of scan (an extreme fall of 95 % at 33 % is less than a full
    // range, which stops at the same floor: 95).
    let mut after = before;
    let u = world.board.underlying(0).unwrap();
    after.credit(0, &world.board.tokens[0], u, 100).unwrap();
    let is = check(&world.board, &after, LAST).unwrap();
    assert_eq!((is.equity.get(), is.maintenance.get()), (200 * USDC, (20 + 90 + 95) * USDC));
    assert!(!was.is_liquidatable() && is.is_liquidatable());
    assert_eq!(
        require_after_token_deposit(&world.board, &before, &after, NOW),
        Err(RiskError::BelowInitialMargin { required: is.initial.get(), available: 200 * USDC })
    );

    // One token leaves initial margin covered: refused to nobody.
    let mut after = before;
    after.credit(0, &world.board.tokens[0], u, 1).unwrap();
    assert!(require_after_token_deposit(&world.board, &before, &after, NOW).is_ok());
}

/// I15. A rescue is never refused: below initial margin, a deposit that raises health goes through whatever its price does
/// to initial equity.
#[test]
fn a_deposit_that_raises_maintenance_health_is_accepted() {
    let mut world = plain();
    world.board.underlyings[0].stable_price = UnitPrice::new(1);
    let mut before = Portfolio::zeroed();
    before.cash = QuoteNative::new(10 * USDC);
    world.buy(&mut before, 1, 20, 10 * USDC);
    let was = check(&world.board, &before, LAST).unwrap();
    assert!(was.is_liquidatable());
    let mut after = before;
    after.credit(0, &world.board.tokens[0], world.board.underlying(0).unwrap(), 5).unwrap();
    let is = require_after_token_deposit(&world.board, &before, &after, NOW).unwrap();
    // 5 USDC of value; 0.25 of haircut and 0.5 of scan. Nothing of it counts as initial equity, its price being all pump.
    assert_eq!(is.health().unwrap().get() - was.health().unwrap().get(), 4_250_000);
    assert!(is.initial_equity.get() - is.initial.get() < was.initial_equity.get() - was.initial.get());
}

/// I15. What the rule accepts leaves initial margin covered or health no lower, so that no deposit makes an account
/// liquidatable.
#[test]
fn an_accepted_deposit_makes_no_account_liquidatable() {
    let (accepted, refused) = (Cell::new(0), Cell::new(0));
    cases(3_000, |rng| {
        let mut world = World::random(rng, Reach::Legal, 3);
        let mut before = world.portfolio(rng, 8);
        if world.tokens.is_empty() {
            return;
        }
        let was = check(&world.board, &before, LAST).unwrap();
        let target = was.maintenance.get() / 100 * rng.range(90, 150);
        before.cash = QuoteNative::new(before.cash.get() + target - was.equity.get());
        let was = check(&world.board, &before, LAST).unwrap();
        let mut after = before;
        let token = rng.pick(&world.tokens);
        if !world.pay_in(rng, &mut after, token) {
            return;
        }
        let is = check(&world.board, &after, LAST).unwrap();
        match require_after_token_deposit(&world.board, &before, &after, NOW) {
            Ok(r) => {
                assert_eq!(r, is);
                assert!(is.initial_equity >= is.initial || is.health().unwrap() >= was.health().unwrap());
                assert!(was.is_liquidatable() || !is.is_liquidatable());
                accepted.set(accepted.get() + 1);
            }
            Err(_) => {
                assert!(is.health().unwrap() < was.health().unwrap());
                refused.set(refused.get() + 1);
            }
        }
    });
    let (accepted, refused) = (accepted.get(), refused.get());
    assert!(accepted + refused < 1_000 || (accepted > 200 && refused > 100), "{accepted} accepted, {refused} refused");
}

/// I16. With `haircut + (ρ + calendar)·(1 + κ·(1 + 2·cap)) ≤ 1`, ρ being the worst loss of a unit in its price, a deposit of the
/// token raises maintenance health in the exact model, whatever else the account holds.
#[test]
fn within_the_joint_bound_a_token_deposit_never_lowers_health() {
    let tried = Cell::new(0);
    cases(4_000, |rng| {
        let mut world = World::random(rng, Reach::Usual, 3);
        let before = world.portfolio(rng, 8);
        if world.tokens.is_empty() {
            return;
        }
        let token = rng.pick(&world.tokens);
        let terms: Token = world.board.tokens[usize::from(token)];
        let u = world.board.underlying(terms.underlying).unwrap();
        let worst = u.worst_long.max(u.worst_short);
        let (kappa, cap) = (ppm(u.params.concentration.get()), ppm(u.params.concentration_cap.get()));
        let spread = whole(1) + kappa * (whole(1) + whole(2) * cap);
        let most = ppm(terms.params.haircut.get())
            + (Q::new(worst.get(), u.price.get()) + ppm(u.params.calendar.get())) * spread;
        let mut after = before;
        if most > whole(1) || !world.pay_in(rng, &mut after, token) {
            return;
        }
        let health = |x: &Exact| &x.equity - &x.maintenance;
        let (was, is) = (reference::check(&world.board, &before, NOW), reference::check(&world.board, &after, NOW));
        assert!(health(&is) >= health(&was), "{} to {}", health(&was), health(&is));
        tried.set(tried.get() + 1);
    });
    assert!(tried.get() == 0 || tried.get() > 200, "only {} tried", tried.get());
}

/// I38.
#[test]
fn a_token_without_a_price_is_not_taken() {
    let mut world = plain();
    world.board.underlyings[0].price = UnitPrice::new(0);
    let mut portfolio = Portfolio::zeroed();
    let u = world.board.underlying(0).unwrap();
    let refused = portfolio.credit(0, &world.board.tokens[0], u, 100);
    assert_eq!(refused, Err(RiskError::NoPrice { underlying: 0 }));
    assert_eq!(portfolio, Portfolio::zeroed());
}
