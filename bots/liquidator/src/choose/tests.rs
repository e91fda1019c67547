use super::{
    on_book::{Close, Terms as BookTerms, closable, closes},
    *,
};
use crate::book::{Meeting, Met, Resting};
use ballast_client::risk::{
    Balance, Fill, GroupParams, Instrument, InstrumentLimits, Kind, Lots, MarginParams, Ppm, Print, ProductGroup,
    QuoteNative, RangeParams, Side, TickValue, Ticks, Token, TokenParams, Underlying, UnderlyingParams, UnitPrice,
    UnitsPerLot, scenario,
};
use ballast_client::{
    ballast::{constants::MAX_MAKERS, state::Market},
    book::{Order, Owner},
};
use bytemuck::{Zeroable, allocation::zeroed_box};
use solana_address::Address;

const NOW: i64 = 1_800_000_000;
const USDC: i64 = 1_000_000;
/// Two underlyings of a product group, one alone that is a token too, and one alone.
const BTC: u16 = 0;
const ETH: u16 = 1;
const SOL: u16 = 2;
const DOGE: u16 = 3;

/// An exchange with a perpetual of each underlying, of the same index: a lot is one unit, at 1 USDC.
struct World {
    board: Box<Board>,
    treasury: Box<Treasury>,
}

impl World {
    fn new() -> Self {
        let mut board: Box<Board> = zeroed_box();
        board.scenarios = scenario::SPAN;
        board.params = MarginParams {
            initial_ratio: Ppm::new(1_250_000),
            liquidation_buffer: Ppm::new(100_000),
            discount_base: Ppm::new(150_000),
            discount_max: Ppm::new(500_000),
            seizure_ratio: Ppm::new(333_333),
            discount_of_equity: Ppm::new(500_000),
            fund_budget: Ppm::new(10_000),
            book_reward: Ppm::new(200_000),
            ..MarginParams::zeroed()
        };
        let offset = Ppm::new(600_000);
        board.groups[0] = ProductGroup { name: [1; 16], params: GroupParams { offset, ..GroupParams::zeroed() } };
        for index in BTC..=DOGE {
            board.underlyings[usize::from(index)] = Underlying {
                listed: 1,
                index,
                first_linear: index + 1,
                group: u8::from(index <= ETH),
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
            board.instruments[usize::from(index)] = Instrument {
                kind: Kind::Perpetual as u8,
                index,
                underlying: index,
                lot_units: UnitsPerLot::new(1),
                delta_units: UnitsPerLot::new(1),
                tick_value: TickValue::new(1),
                limits: InstrumentLimits {
                    max_position: Lots::new(1 << 30),
                    price_band: Ppm::new(100_000),
                    ..InstrumentLimits::zeroed()
                },
                ..Instrument::zeroed()
            };
        }
        board.tokens[0] = Token {
            listed: 1,
            underlying: SOL,
            atoms_per_unit: 1,
            params: TokenParams { deposit_limit: 1 << 60, ..TokenParams::zeroed() },
            ..Token::zeroed()
        };
        let mut world = Self { board, treasury: zeroed_box() };
        for index in BTC..=DOGE {
            world.publish(index, NOW);
        }
        world
    }

    /// Publishes the price at a time.
    fn publish(&mut self, underlying: u16, publish_time: i64) {
        let price = UnitPrice::new(USDC);
        let print = Print { price, confidence: UnitPrice::ZERO, publish_time, previous_publish_time: publish_time - 1 };
        let board = &mut self.board;
        let u = &mut board.underlyings[usize::from(underlying)];
        (u.publish_time, u.price) = (0, UnitPrice::ZERO);
        u.publish(&print, None).unwrap();
        board.reprice(underlying).unwrap();
    }

    /// An account with cash in thousandths of USDC, and positions that were opened at the present price.
    fn account(&self, cash: i64, positions: &[(u16, i64)]) -> Box<MarginAccount> {
        let mut account: Box<MarginAccount> = zeroed_box();
        account.portfolio.cash = QuoteNative::new(cash * 1_000);
        for (index, lots) in positions {
            let (i, u) = (self.board.instrument(*index).unwrap(), self.board.underlying(*index).unwrap());
            let fill = Fill { lots: Lots::new(*lots), value: QuoteNative::new(lots * USDC) };
            account.portfolio.fill(i, u, fill).unwrap();
        }
        account
    }

    fn case<'a>(&'a self, account: &'a MarginAccount) -> Case<'a> {
        Case { board: &self.board, treasury: &self.treasury, account, now: NOW }
    }
}

fn rich() -> Box<Portfolio> {
    let mut own: Box<Portfolio> = zeroed_box();
    own.cash = QuoteNative::new(100_000 * USDC);
    own
}

fn all() -> UnderlyingSet {
    (BTC..=DOGE).fold(UnderlyingSet::EMPTY, UnderlyingSet::with)
}

fn terms(own: &Portfolio) -> Terms<'_> {
    Terms { own, accepts: all(), positions: 48, closing_cost: 1_000, min_profit: 0, most_tokens: i64::MAX }
}

/// Lots that a choice takes of each instrument.
fn lots(choice: &Choice) -> Vec<(u16, i64)> {
    let position = |leg: &LegMoved| match leg {
        LegMoved::Position { instrument, lots, .. } => Some((*instrument, lots.get())),
        LegMoved::Token { .. } => None,
    };
    choice.after.legs.iter().filter_map(position).collect()
}

#[test]
fn a_hedged_pair_goes_as_one_slice_of_both_legs() {
    let world = World::new();
    // 10 % of each leg, less 1.2 times of one: 80 of maintenance margin.
    let account = world.account(76_000, &[(BTC, 1_000), (ETH, -1_000)]);
    let choice = best(&world.case(&account), &terms(&rich())).unwrap();
    assert!(choice.whole);
    let taken = lots(&choice);
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].1, -taken[1].1, "the pair stays balanced: {taken:?}");
    // No more than is needed: to 110 % of a smaller margin.
    let after = &choice.after.account;
    assert!(after.equity >= after.maintenance && after.equity.get() < after.maintenance.get() * 12 / 10);
    assert_eq!(choice.args.most, 1_000_000);

    // One leg alone would leave the other naked: the program refuses it, so that nothing is taken by who wants no ETH.
    let own = rich();
    let wants = Terms { accepts: all().without(ETH), ..terms(&own) };
    let passed = best(&world.case(&account), &wants).unwrap_err();
    assert!(matches!(passed, Passed::Refused(RiskError::LiquidationDoesNotHelp { .. })), "{passed:?}");
}

#[test]
fn tokens_go_with_the_short_that_hedges_them_if_there_is_cash_for_them() {
    let world = World::new();
    let mut account = world.account(-960_000, &[(SOL, -500)]);
    account.portfolio.balances[0] = Balance { token: 0, amount: 1_000, ..Balance::zeroed() };
    let choice = best(&world.case(&account), &terms(&rich())).unwrap();
    assert!(choice.whole && choice.args.tokens == 1);
    assert!(choice.after.legs.iter().any(|leg| matches!(leg, LegMoved::Token { .. })));

    // With less cash than that costs a smaller slice is asked for.
    let mut poor: Box<Portfolio> = zeroed_box();
    poor.cash = QuoteNative::new(60 * USDC);
    let smaller = best(&world.case(&account), &terms(&poor)).unwrap();
    assert!(smaller.args.most < 1_000_000 && smaller.profit < choice.profit);

    // So it is with a limit on tokens; where that is used up, the short alone is no slice that helps.
    let own = rich();
    let cost = cost_of_tokens(&choice.after);
    let limited = best(&world.case(&account), &Terms { most_tokens: cost / 2, ..terms(&own) }).unwrap();
    assert!(limited.whole && cost_of_tokens(&limited.after) <= cost / 2 && limited.profit < choice.profit);
    let none = best(&world.case(&account), &Terms { most_tokens: 0, ..terms(&own) }).unwrap_err();
    assert!(matches!(none, Passed::TooManyTokens { room: 0, value } if value > 0), "{none:?}");
}

#[test]
fn a_stale_leg_stays_and_keeps_nothing_from_being_taken() {
    let mut world = World::new();
    let account = world.account(180_000, &[(BTC, 1_000), (SOL, 1_000)]);
    world.publish(SOL, NOW - 1_000);
    let choice = best(&world.case(&account), &terms(&rich())).unwrap();
    assert_eq!(choice.instruments, [BTC]);
    assert!(choice.whole, "all that can move");

    world.publish(BTC, NOW - 1_000);
    let passed = best(&world.case(&account), &terms(&rich())).unwrap_err();
    assert!(matches!(passed, Passed::Refused(RiskError::StalePrice { .. })), "{passed:?}");
}

#[test]
fn a_seized_account_is_bought_once_the_discount_exceeds_the_cost() {
    let mut world = World::new();
    world.treasury.insurance = QuoteNative::new(10_000 * USDC);
    let mut account = world.account(0, &[(SOL, 1_000)]);
    account.episode.budget = QuoteNative::new(10 * USDC);
    account.episode.seized_at = NOW;
    let own = rich();
    let passed = best(&world.case(&account), &terms(&own)).unwrap_err();
    assert!(matches!(passed, Passed::TooLittle { .. }), "{passed:?}");

    account.episode.seized_at = NOW - 1_800;
    let choice = best(&world.case(&account), &terms(&own)).unwrap();
    assert_eq!(lots(&choice), [(SOL, 1_000)], "all of it: a receivership has no buffer");
    assert!(choice.profit > 0 && choice.profit <= 9 * USDC, "10 less 1 for closing: {}", choice.profit);
    assert!(choice.after.slice.payment.from_budget.get() > 0);

    // The fund spends no more than a hundredth of itself.
    world.treasury.insurance = QuoteNative::new(50 * USDC);
    let passed = best(&world.case(&account), &terms(&own)).unwrap_err();
    assert!(matches!(passed, Passed::TooLittle { .. }), "{passed:?}");
}

#[test]
fn an_isolated_account_takes_what_it_may_hold() {
    let world = World::new();
    let account = world.account(180_000, &[(BTC, 1_000), (SOL, 1_000)]);
    let own = rich();
    let isolated = Terms { accepts: UnderlyingSet::one(SOL), ..terms(&own) };
    let choice = best(&world.case(&account), &isolated).unwrap();
    assert_eq!((choice.instruments.as_slice(), choice.whole), (&[SOL][..], false));
    let nothing = Terms { accepts: UnderlyingSet::one(DOGE), ..terms(&own) };
    assert_eq!(best(&world.case(&account), &nothing).unwrap_err(), Passed::Unwanted);
}

#[test]
fn where_the_whole_does_not_fit_the_part_that_pays_best_is_taken() {
    let world = World::new();
    let account = world.account(300_000, &[(BTC, 1_000), (ETH, -1_000), (SOL, 400), (DOGE, 2_000)]);
    let own = rich();
    let whole = best(&world.case(&account), &terms(&own)).unwrap();
    assert!(whole.whole && whole.instruments.len() == 4);
    let two = Terms { positions: 2, ..terms(&own) };
    let part = best(&world.case(&account), &two).unwrap();
    assert_eq!((part.instruments.as_slice(), part.whole), (&[DOGE][..], false), "most margin is freed by it");
}

#[test]
fn a_poor_liquidator_asks_for_less_and_a_dear_one_for_nothing() {
    let world = World::new();
    let account = world.account(80_000, &[(SOL, 1_000)]);
    let own = rich();
    let whole = best(&world.case(&account), &terms(&own)).unwrap();
    let mut poor: Box<Portfolio> = zeroed_box();
    poor.cash = QuoteNative::new(12 * USDC);
    let smaller = best(&world.case(&account), &terms(&poor)).unwrap();
    assert!(lots(&smaller)[0].1 < lots(&whole)[0].1);
    assert!(smaller.after.liquidator.initial_equity >= smaller.after.liquidator.initial);
    poor.cash = QuoteNative::ZERO;
    let passed = best(&world.case(&account), &terms(&poor)).unwrap_err();
    assert!(matches!(passed, Passed::Refused(RiskError::BelowInitialMargin { .. })), "{passed:?}");

    let dear = Terms { min_profit: whole.profit, ..terms(&own) };
    let passed = best(&world.case(&account), &dear).unwrap_err();
    assert_eq!(passed, Passed::TooLittle { profit: whole.profit, least: whole.profit });
}

/// A resting order at a price in thousandths of USDC.
fn order(maker: u8, price: i64, lots: i64) -> Order {
    let mut order = Order::zeroed();
    (order.owner, order.price_ticks, order.lots) =
        (Owner::new(&[maker; 32]), Ticks::new(price * 1_000), Lots::new(lots));
    order
}

fn book(instrument: u16, orders: &[Order]) -> Resting {
    let mut market: Box<Market> = zeroed_box();
    market.instrument = instrument;
    Resting { market, orders: orders.to_vec() }
}

fn close(case: &Case, books: &[Resting], min_profit: i64) -> Result<Vec<Close>, Passed> {
    let meeting = |_: &Address| Meeting::Trades;
    closes(case, books, &BookTerms { taker_fee: Ppm::new(500), min_profit, meeting: &meeting })
}

fn maker(maker: u8) -> Address {
    Address::new_from_array([maker; 32])
}

#[test]
fn the_position_that_pays_most_is_closed_on_its_book() {
    let world = World::new();
    let account = world.account(260_000, &[(SOL, 1_000), (DOGE, -2_000)]);
    let case = world.case(&account);
    assert_eq!(closable(&case), [(SOL, Side::Bid), (DOGE, Side::Ask)]);
    let books = [book(SOL, &[order(1, 999, 300)]), book(DOGE, &[order(2, 1_001, 500), order(3, 1_002, 5_000)])];
    let found = close(&case, &books, 0).unwrap();
    let instruments: Vec<u16> = found.iter().map(|c| c.instrument).collect();
    assert_eq!(instruments, [DOGE, SOL], "its book takes more");
    assert_eq!((found[0].makers.as_slice(), found[1].makers.as_slice()), (&[maker(2), maker(3)][..], &[maker(1)][..]));
    let [most, least] = [0, 1].map(|n| found[n].closed.reward.get());
    assert!(most > least && least > 0);
    // As far as the buffer, and no further.
    let after = &found[0].closed.after;
    assert!(after.equity >= after.maintenance && found[0].lots < 2_000, "{:?}", found[0]);

    // What pays too little, and what nobody takes.
    assert_eq!(close(&case, &books, least).unwrap().len(), 1);
    assert_eq!(close(&case, &books, most).unwrap_err(), Passed::TooLittle { profit: least, least: most });
    let far = [book(SOL, &[order(1, 900, 5_000)]), book(DOGE, &[])];
    assert_eq!(close(&case, &far, 0).unwrap_err(), Passed::NobodyTakes);
}

#[test]
fn a_book_closes_no_hedge_and_nothing_of_a_bankrupt_account_for_a_reward() {
    let world = World::new();
    let account = world.account(76_000, &[(BTC, 1_000), (ETH, -1_000)]);
    let books = [book(BTC, &[order(1, 1_000, 5_000)]), book(ETH, &[order(1, 1_000, 5_000)])];
    let passed = close(&world.case(&account), &books, 0).unwrap_err();
    assert!(matches!(passed, Passed::Refused(RiskError::LiquidationDoesNotHelp { .. })), "{passed:?}");

    let bankrupt = world.account(-5_000, &[(SOL, 1_000)]);
    let passed = close(&world.case(&bankrupt), &[book(SOL, &[order(1, 1_001, 5_000)])], 0).unwrap_err();
    assert_eq!(passed, Passed::TooLittle { profit: 0, least: 0 });
}

#[test]
fn orders_are_met_by_priority_as_far_as_they_trade() {
    let mut expired = order(3, 997, 7);
    expired.expires_at = NOW;
    let orders = [order(1, 999, 10), order(2, 998, 20), expired, order(1, 996, 5), order(4, 995, 40), order(5, 994, 9)];
    let book = book(SOL, &orders);
    let meet = |limit: i64, most: i64, meeting: &dyn Fn(&Address) -> Meeting| {
        book.meet(Side::Ask, Ticks::new(limit * 1_000), Lots::new(most), NOW, |maker, _| meeting(maker))
    };
    let fills = |met: &Met| met.fills.iter().map(|(lots, _)| lots.get()).collect::<Vec<_>>();
    let all = meet(995, 100, &|_| Meeting::Trades);
    assert_eq!((fills(&all), all.lots()), (vec![10, 20, 5, 40], 75));
    assert_eq!(all.makers, [1, 2, 4].map(maker), "what has expired is passed");
    assert_eq!(fills(&meet(995, 12, &|_| Meeting::Trades)), [10, 2]);
    let second = |meeting| move |m: &Address| if *m == maker(2) { meeting } else { Meeting::Trades };
    let passed = meet(995, 100, &second(Meeting::Passed));
    assert_eq!((fills(&passed), passed.makers), (vec![10, 5, 40], [1, 4].map(maker).to_vec()));
    let taken_off = meet(995, 100, &second(Meeting::TakenOff));
    assert_eq!((fills(&taken_off), taken_off.makers.len()), (vec![10, 5, 40], 3));
    assert_eq!(fills(&meet(995, 100, &second(Meeting::Ends))), [10]);

    let many: Vec<Order> = (1..20).map(|maker| order(maker, 999, 1)).collect();
    let met = self::book(SOL, &many).meet(Side::Ask, Ticks::new(1), Lots::new(100), NOW, |_, _| Meeting::Trades);
    assert_eq!((met.makers.len(), met.lots()), (MAX_MAKERS, MAX_MAKERS as i64));
}
