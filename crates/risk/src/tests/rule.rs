//! The rule at the end of a trade, path by path, on a board for mental arithmetic: 10 USDC a lot, 1 USDC of
//! maintenance margin, 1.25 USDC of initial margin.

use super::world::{LAST, NOW, USDC, World, plain};
use crate::{
    Board, Lots, Portfolio, Ppm, QuoteNative, RiskError, Side, UnitPrice,
    liquidation::{CountedRatio, Episode},
    margin::check,
    rule::{Trade, after_trade, require_initial, require_withdrawable},
};
use bytemuck::Zeroable;

/// 20 lots of underlying 0 and 10 of underlying 1, bought at the mark: 30 USDC of maintenance margin, 37.5 of initial.
fn account(world: &World, cash: i64) -> Portfolio {
    let mut p = Portfolio::zeroed();
    p.cash = QuoteNative::new(cash);
    world.buy(&mut p, 0, 20, 10 * USDC);
    world.buy(&mut p, 1, 10, 10 * USDC);
    p
}

/// The account after a trade in underlying 0 at a price per lot, and the trade.
fn trade(world: &World, before: &Portfolio, lots: i64, per_lot: i64) -> (Portfolio, Trade) {
    let mut after = *before;
    world.buy(&mut after, 0, lots, per_lot);
    let mark = world.instrument(0).0.mark;
    let trade = Trade {
        underlying: 0,
        now: NOW,
        fees: QuoteNative::ZERO,
        cost: QuoteNative::new(lots * (per_lot - mark.get())),
        filled: true,
    };
    (after, trade)
}

fn rule(world: &World, before: &Portfolio, lots: i64, per_lot: i64) -> Result<(), RiskError> {
    let (after, trade) = trade(world, before, lots, per_lot);
    require_after_trade(&world.board, before, &after, &trade)
}

fn require_after_trade(board: &Board, before: &Portfolio, after: &Portfolio, trade: &Trade) -> Result<(), RiskError> {
    after_trade(board, before, after, &Episode::default(), trade).map(|_| ())
}

/// I30.
#[test]
fn initial_equity_must_cover_initial_margin() {
    let world = plain();
    let before = account(&world, 37_500_000 + 1_250_000);
    assert_eq!(rule(&world, &before, 1, 10 * USDC), Ok(()));
    let refused = RiskError::BelowInitialMargin { required: 40_000_000, available: 38_750_000 };
    assert_eq!(rule(&world, &before, 2, 10 * USDC), Err(refused));
    // One unit decides.
    let mut p = account(&world, 37_500_000);
    assert_eq!(require_initial(&world.board, &p, NOW).unwrap().initial.get(), 37_500_000);
    p.cash = QuoteNative::new(37_499_999);
    let refused = RiskError::BelowInitialMargin { required: 37_500_000, available: 37_499_999 };
    assert_eq!(require_initial(&world.board, &p, NOW), Err(refused));
}

/// I31.
#[test]
fn open_profit_covers_no_withdrawal() {
    let mut world = plain();
    let mut p = account(&world, 40 * USDC);
    world.reprice(0, 1_100_000);
    world.board.underlyings[0].stable_price = UnitPrice::new(1_100_000);
    // 20 lots gained 20 USDC; their margin is 22 now: 32 of maintenance, 40 of initial.
    let r = require_withdrawable(&world.board, &p, NOW).unwrap();
    assert_eq!((r.initial_equity.get(), r.withdraw_equity.get(), r.initial.get()), (60 * USDC, 40 * USDC, 40 * USDC));
    p.cash = QuoteNative::new(40 * USDC - 1);
    let refused = RiskError::BelowWithdrawalMargin { required: 40 * USDC, available: 40 * USDC - 1 };
    assert_eq!(require_withdrawable(&world.board, &p, NOW), Err(refused));
    assert!(require_initial(&world.board, &p, NOW).is_ok());
    // A profit beyond the cap is no initial equity either.
    world.board.underlyings[0].params.profit_cap = QuoteNative::new(15 * USDC);
    assert_eq!(require_initial(&world.board, &p, NOW).unwrap().initial_equity.get(), 55 * USDC - 1);
}

/// I32.
#[test]
fn below_initial_margin_a_reduction_is_accepted() {
    let world = plain();
    let before = account(&world, 33 * USDC);
    // At the mark, and below it by no more than the margin it frees: one lot frees 1 USDC.
    assert_eq!(rule(&world, &before, -1, 10 * USDC), Ok(()));
    assert_eq!(rule(&world, &before, -1, 9 * USDC), Ok(()));
    let refused = RiskError::BelowInitialMargin { required: 36_250_000, available: 31_999_999 };
    assert_eq!(rule(&world, &before, -1, 9 * USDC - 1), Err(refused));
    // Closed whole. A short beyond that is new risk, which initial margin may cover or not.
    assert_eq!(rule(&world, &before, -20, 10 * USDC), Ok(()));
    assert_eq!(rule(&world, &before, -21, 10 * USDC), Ok(()));
    let poor = account(&world, 11 * USDC);
    let refused = RiskError::BelowInitialMargin { required: 13_750_000, available: 11 * USDC };
    assert_eq!(rule(&world, &poor, -21, 10 * USDC), Err(refused));
}

/// I32.
#[test]
fn below_initial_margin_new_risk_is_refused_with_the_numbers() {
    let world = plain();
    let before = account(&world, 33 * USDC);
    let refused = RiskError::BelowInitialMargin { required: 38_750_000, available: 33 * USDC };
    assert_eq!(rule(&world, &before, 1, 10 * USDC), Err(refused));
    // Even at a price that raises health: the requirement grows.
    let refused = RiskError::BelowInitialMargin { required: 38_750_000, available: 35 * USDC };
    assert_eq!(rule(&world, &before, 1, 8 * USDC), Err(refused));
}

/// I32. To take off one leg of a hedge between underlyings is no reduction, though its own rows shrink, and though a
/// cancelled order makes initial margin smaller at the same time.
#[test]
fn a_hedge_is_not_broken_below_initial_margin() {
    let mut world = plain();
    world.board.groups[0].params.offset = Ppm::new(600_000);
    for u in &mut world.board.underlyings[..2] {
        u.group = 1;
    }
    let mut before = Portfolio::zeroed();
    before.cash = QuoteNative::new(8_500_000);
    world.buy(&mut before, 0, 10, 10 * USDC);
    world.buy(&mut before, 1, -10, 10 * USDC);
    let mut with_order = before;
    let p = with_order.slot(world.instrument(0).0).unwrap();
    p.add_order(Side::Bid, false, Lots::new(20), QuoteNative::new(200 * USDC)).unwrap();
    let was = check(&world.board, &with_order, LAST).unwrap();
    assert_eq!((was.maintenance.get(), was.initial.get()), (8 * USDC, 30 * USDC));
    // Five lots sold at 10.50, the order gone: 0.4 · 15 + 0.6 · 5 = 9.
    let (after, trade) = trade(&world, &before, -5, 10_500_000);
    let is = check(&world.board, &after, LAST).unwrap();
    assert_eq!((is.equity.get(), is.maintenance.get(), is.initial.get()), (11 * USDC, 9 * USDC, 11_250_000));
    let refused = RiskError::BelowInitialMargin { required: 11_250_000, available: 11 * USDC };
    assert_eq!(require_after_trade(&world.board, &with_order, &after, &trade), Err(refused));
}

/// I32. Fees are left out of health.
#[test]
fn a_fee_stops_no_reduction_and_a_rebate_makes_none() {
    let world = plain();
    let before = account(&world, 33 * USDC);
    let (mut after, mut trade) = trade(&world, &before, -1, 9 * USDC);
    trade.fees = QuoteNative::new(10_000);
    after.cash = QuoteNative::new(after.cash.get() - 10_000);
    assert_eq!(require_after_trade(&world.board, &before, &after, &trade), Ok(()));
    let (mut after, mut trade) = self::trade(&world, &before, -1, 9 * USDC - 10_000);
    trade.fees = QuoteNative::new(-10_000);
    after.cash = QuoteNative::new(after.cash.get() + 10_000);
    let refused = RiskError::BelowInitialMargin { required: 36_250_000, available: 32 * USDC };
    assert_eq!(require_after_trade(&world.board, &before, &after, &trade), Err(refused));
}

/// I32. A resting order adds to the requirement; a reduce-only one does not.
#[test]
fn an_order_is_new_risk_unless_it_only_reduces() {
    let world = plain();
    let before = account(&world, 33 * USDC);
    let with_ask = |reduce_only| {
        let mut after = before;
        let p = after.slot(world.instrument(0).0).unwrap();
        p.add_order(Side::Ask, reduce_only, Lots::new(1), QuoteNative::new(10 * USDC)).unwrap();
        let trade = Trade { underlying: 0, now: NOW, ..Trade::default() };
        require_after_trade(&world.board, &before, &after, &trade)
    };
    assert_eq!(with_ask(true), Ok(()));
    let refused = RiskError::BelowInitialMargin { required: 38_500_000, available: 33 * USDC };
    assert_eq!(with_ask(false), Err(refused));
}

/// I33.
#[test]
fn a_stale_price_elsewhere_blocks_new_risk_and_no_reduction() {
    let mut world = plain();
    let before = account(&world, 1_000 * USDC);
    world.board.underlyings[1].publish_time = NOW - 11;
    let stale = RiskError::StalePrice { underlying: 1, age: 11, limit: 10 };
    assert_eq!(rule(&world, &before, 1, 10 * USDC), Err(stale));
    assert_eq!(rule(&world, &before, -1, 10 * USDC), Ok(()));
    // The price traded at must be fresh even so.
    world.board.underlyings[1].publish_time = NOW;
    world.board.underlyings[0].publish_time = NOW - 11;
    let stale = RiskError::StalePrice { underlying: 0, age: 11, limit: 10 };
    assert_eq!(rule(&world, &before, -1, 10 * USDC), Err(stale));
    assert_eq!(rule(&world, &before, 1, 10 * USDC), Err(stale));
    assert_eq!(require_withdrawable(&world.board, &before, NOW).unwrap_err(), stale);
    // Maintenance goes by the last price, however old.
    assert_eq!(check(&world.board, &before, LAST).unwrap().maintenance.get(), 30 * USDC);
}

/// I34. Maintenance is 30 USDC, of which a lot frees one. At equity 15 half of it is covered: the discount is 15 % + half of 35 % of
/// what is freed, and at most half of the half that is covered, a quarter.
#[test]
fn below_maintenance_a_fill_must_be_no_worse_than_a_liquidation() {
    let world = plain();
    let before = account(&world, 15 * USDC);
    assert!(check(&world.board, &before, LAST).unwrap().is_liquidatable());
    assert_eq!(rule(&world, &before, -4, 10 * USDC - 250_000), Ok(()));
    let refused = RiskError::FillWorseThanLiquidation { cost: 1_000_004, allowed: 1_000_000 };
    assert_eq!(rule(&world, &before, -4, 10 * USDC - 250_001), Err(refused));
    // At or above maintenance the price is the owner's own affair.
    assert_eq!(rule(&world, &account(&world, 30 * USDC), -4, 9 * USDC), Ok(()));
}

/// I510. Liquidations of the last ten minutes have raised equity from a fifth of maintenance to a half: the owner's own fill may cost half
/// of the fifth, as a liquidator would be paid, and no more.
#[test]
fn an_owners_fill_costs_no_more_than_a_liquidator_is_paid_now() {
    let world = plain();
    let before = account(&world, 15 * USDC);
    let equity = CountedRatio { ratio: Ppm::new(200_000), left: Ppm::new(500_000) };
    let episode = Episode { equity, counted_at: NOW, ..Episode::zeroed() };
    let rule = |episode: &Episode, per_lot: i64| {
        let (after, trade) = trade(&world, &before, -4, per_lot);
        after_trade(&world.board, &before, &after, episode, &trade).map(|_| ())
    };
    let refused = RiskError::FillWorseThanLiquidation { cost: 400_004, allowed: 400_000 };
    assert_eq!(rule(&episode, 10 * USDC - 100_000), Ok(()));
    assert_eq!(rule(&episode, 10 * USDC - 100_001), Err(refused));
    assert_eq!(rule(&Episode::zeroed(), 10 * USDC - 250_000), Ok(()));
}

/// I500. 40,000 USDC of tokens, nobody lends, and an outright of 260,000 that initial margin just allows. It may be closed at the mark
/// and down to 1.5 % below it, which is 15 % of the 26,000 that it frees; at the end of the band it would have cost 26,000 of the
/// depositors' cash. In pieces it is no more.
#[test]
fn a_reducing_fill_borrows_no_more_than_a_share_of_what_it_frees() {
    let mut world = plain();
    let mut before = Portfolio::zeroed();
    before.credit(0, &world.board.tokens[0], world.board.underlying(0).unwrap(), 40_000).unwrap();
    world.buy(&mut before, 1, 26_000, 10 * USDC);
    assert!(require_initial(&world.board, &before, NOW).is_ok());
    let sell = |world: &World, before: &Portfolio, lots: i64, per_lot: i64| {
        let mut after = *before;
        world.buy(&mut after, 1, -lots, per_lot);
        let cost = QuoteNative::new(lots * (10 * USDC - per_lot));
        let trade = Trade { underlying: 1, now: NOW, cost, filled: true, ..Trade::default() };
        require_after_trade(&world.board, before, &after, &trade).map(|()| after)
    };
    let refused = |per_lot| Err(RiskError::OwedTooMuch { owed: 26_000 * (10 * USDC - per_lot), limit: 0 });
    assert!(sell(&world, &before, 26_000, 10 * USDC).is_ok());
    assert!(sell(&world, &before, 26_000, 9_850_000).is_ok());
    for per_lot in [9_849_999, 9 * USDC] {
        assert_eq!(sell(&world, &before, 26_000, per_lot), refused(per_lot));
    }
    let mut left = before;
    for _ in 0..26 {
        assert!(sell(&world, &left, 1_000, 9_849_999).is_err());
        left = sell(&world, &left, 1_000, 9_850_000).unwrap();
    }
    assert_eq!(check(&world.board, &left, LAST).unwrap().owed().get(), 3_900 * USDC);
    // Cash that the account has is its own to lose, and so is what a limit lets it borrow.
    before.cash = QuoteNative::new(26_000 * USDC);
    assert!(sell(&world, &before, 26_000, 9 * USDC).is_ok());
    before.cash = QuoteNative::ZERO;
    world.board.interest.params.max_owed = Ppm::new(650_000);
    assert!(sell(&world, &before, 26_000, 9 * USDC).is_ok());
}

/// I34.
#[test]
fn a_bankrupt_owner_trades_nothing() {
    let world = plain();
    let before = account(&world, 0);
    assert_eq!(rule(&world, &before, -4, 10 * USDC), Err(RiskError::Bankrupt { equity: 0 }));
    assert_eq!(rule(&world, &account(&world, -1), -4, 10 * USDC), Err(RiskError::Bankrupt { equity: -1 }));
    assert_eq!(rule(&world, &account(&world, 1), -4, 10 * USDC), Ok(()));
    // To take an order off is not to trade.
    let mut with_order = before;
    let p = with_order.slot(world.instrument(0).0).unwrap();
    p.add_order(Side::Bid, false, Lots::new(1), QuoteNative::new(10 * USDC)).unwrap();
    let trade = Trade { underlying: 0, now: NOW, ..Trade::default() };
    assert_eq!(require_after_trade(&world.board, &with_order, &before, &trade), Ok(()));
}
