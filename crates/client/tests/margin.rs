//! The margin simulator refuses what the program refuses, and nothing else.

use ballast_client::{
    ballast::{
        args::LiquidateArgs,
        state::{MarginAccount, Treasury},
    },
    margin::Liquidation,
    risk::{
        Board, Fill, Instrument, InstrumentLimits, Kind, Lots, MarginParams, Portfolio, Ppm, Print, QuoteNative,
        RangeParams, TickValue, Underlying, UnderlyingParams, UnitPrice, UnitsPerLot, scenario,
    },
};
use bytemuck::{Zeroable, allocation::zeroed_box};

const NOW: i64 = 1_800_000_000;

/// One perpetual whose lot is one unit at 1 USDC, with a position limit.
fn board(max_position: i64) -> Box<Board> {
    let mut board: Box<Board> = zeroed_box();
    board.scenarios = scenario::SPAN;
    board.params = MarginParams {
        initial_ratio: Ppm::new(1_200_000),
        discount_max: Ppm::new(500_000),
        seizure_ratio: Ppm::new(333_333),
        discount_of_equity: Ppm::new(500_000),
        fund_budget: Ppm::new(10_000),
        ..MarginParams::zeroed()
    };
    board.underlyings[0] = Underlying {
        listed: 1,
        first_linear: 1,
        max_price: UnitPrice::new(1 << 30),
        params: UnderlyingParams {
            liquidity: QuoteNative::new(1 << 50),
            scan_range: Ppm::new(100_000),
            max_confidence: Ppm::new(10_000),
            stable_rate: Ppm::new(500_000),
            max_age: 60,
            open_interest_liquidity: QuoteNative::new(1 << 60),
            ..UnderlyingParams::zeroed()
        },
        range_params: RangeParams { half_life: 3_600, cap: Ppm::new(400_000), ..RangeParams::zeroed() },
        ..Underlying::zeroed()
    };
    board.instruments[0] = Instrument {
        kind: Kind::Perpetual as u8,
        lot_units: UnitsPerLot::new(1),
        delta_units: UnitsPerLot::new(1),
        tick_value: TickValue::new(1),
        limits: InstrumentLimits { max_position: Lots::new(max_position), ..InstrumentLimits::zeroed() },
        ..Instrument::zeroed()
    };
    let price = UnitPrice::new(1_000_000);
    let print = Print { price, confidence: UnitPrice::ZERO, publish_time: NOW, previous_publish_time: NOW - 1 };
    board.underlyings[0].publish(&print, None).unwrap();
    board.reprice(0).unwrap();
    board
}

#[test]
fn a_slice_past_the_liquidators_position_limit_is_no_refusal() {
    let board = board(10);
    let mut account: Box<MarginAccount> = zeroed_box();
    account.portfolio.cash = QuoteNative::new(400_000);
    let (i, u) = (board.instrument(0).unwrap(), board.underlying(0).unwrap());
    let fill = Fill { lots: Lots::new(10), value: QuoteNative::new(10_000_000) };
    account.portfolio.fill(i, u, fill).unwrap();
    let mut own: Box<Portfolio> = zeroed_box();
    own.cash = QuoteNative::new(100_000_000);
    own.fill(i, u, fill).unwrap();
    let treasury: Box<Treasury> = zeroed_box();
    let liquidation = Liquidation {
        board: &board,
        treasury: &treasury,
        account: &account,
        instruments: &[0],
        args: LiquidateArgs::of(0),
        now: NOW,
    };
    // Equity 0.4 of a maintenance margin of 1: 20 % of what is freed, so that of ten lots seven and a half are needed.
    let after = liquidation.after_slice(&own).unwrap();
    assert_eq!(after.slice, liquidation.slice().unwrap());
    assert_eq!(after.slice.payment.discount, QuoteNative::new(160_000));
    assert_eq!(after.account.equity, QuoteNative::new(240_000));
    assert_eq!(after.liquidator.scan, QuoteNative::new(1_800_000));
    assert_eq!(after.liquidator.equity, QuoteNative::new(100_000_000 + 160_000));
}

#[test]
fn what_a_liquidator_of_a_seized_account_gets_depends_on_the_fund() {
    let board = board(1 << 20);
    let mut account: Box<MarginAccount> = zeroed_box();
    let (i, u) = (board.instrument(0).unwrap(), board.underlying(0).unwrap());
    let fill = Fill { lots: Lots::new(10_000), value: QuoteNative::new(10_000_000_000) };
    account.portfolio.fill(i, u, fill).unwrap();
    (account.episode.seized_at, account.episode.budget) = (NOW - 1_800, QuoteNative::new(50_000_000));
    let mut own: Box<Portfolio> = zeroed_box();
    own.cash = QuoteNative::new(100_000_000_000);
    let mut treasury: Box<Treasury> = zeroed_box();
    treasury.insurance = QuoteNative::new(4_000_000_000);
    let paid = |treasury: &Treasury| {
        let args = LiquidateArgs::WHOLE;
        let liquidation = Liquidation { board: &board, treasury, account: &account, instruments: &[0], args, now: NOW };
        let after = liquidation.after_slice(&own).unwrap();
        assert_eq!(after.liquidator.equity, own.cash.plus(after.slice.payment.discount).unwrap());
        after.slice.payment.from_budget.get()
    };
    // A hundredth of the fund a day, of which some is spent.
    assert_eq!(paid(&treasury), 40_000_000);
    treasury.spending.day = NOW.div_euclid(86_400);
    treasury.spending.spent[0] = QuoteNative::new(15_000_000);
    assert_eq!(paid(&treasury), 25_000_000);
}
