//! End to end, through JSON-RPC and websocket of a local validator.

mod lifecycle;

use anyhow::{Result, anyhow};
use ballast_client::ballast::events::{Event, Liquidated, OrderPlaced};
use ballast_client::{
    BallastError,
    ballast::{
        args::{BOTH_SIDES, LiquidateArgs, OrderArgs},
        state::{MarginAccount, VolatilitySurface},
    },
    config::{self, Config},
    event, instruction, margin, oracle,
    risk::{Ppm, Requirements, Side, Smile},
    terms::Terms,
};
use ballast_liquidator::{Liquidator, Settings, Tokens};
use ballast_localnet::{
    Localnet, Trader, Venue,
    story::{self, Bot, Seat},
};
use ballast_migrate::Keyring;
use indicatif::ProgressBar;
use solana_client::{
    pubsub_client::PubsubClient,
    rpc_config::{RpcTransactionLogsConfig, RpcTransactionLogsFilter},
};
use solana_commitment_config::CommitmentConfig;
use std::{
    io::{self, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};
use tracing::subscriber::with_default;

/// What a liquidator logs, for later.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Does something, and keeps what is logged meanwhile.
    fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt().without_time().with_level(false).with_target(false).with_ansi(false);
        with_default(subscriber.with_writer(move || log.clone()).finish(), work)
    }

    fn lines(&self) -> Vec<String> {
        let log = self.0.lock().unwrap();
        str::from_utf8(&log).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The liquidator on a thread that knows nothing but its seat.
struct Thread {
    stop: Arc<AtomicBool>,
    log: Log,
    handle: Option<JoinHandle<()>>,
}

impl Thread {
    fn start(seat: &Seat) -> Result<Self> {
        let key = solana_keypair::read_keypair_file(&seat.keypair).map_err(|e| anyhow!("{e}"))?;
        let bot = Liquidator::new(&seat.rpc, key, Settings::new(seat.exchange));
        let (stop, log) = (Arc::<AtomicBool>::default(), Log::default());
        let (stopped, kept) = (Arc::clone(&stop), log.clone());
        let handle = thread::spawn(move || {
            kept.during(|| bot.run(Duration::from_millis(100), &stopped));
        });
        Ok(Self { stop, log, handle: Some(handle) })
    }
}

impl Bot for Thread {
    fn check(&mut self) -> Result<()> {
        match &self.handle {
            Some(handle) if !handle.is_finished() => Ok(()),
            _ => Err(anyhow!("the liquidator ended by itself")),
        }
    }

    fn stop(&mut self) -> Result<Vec<String>> {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(handle) = self.handle.take() {
            handle.join().map_err(|_| anyhow!("the liquidator panicked"))?;
        }
        Ok(self.log.lines())
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

#[test]
fn the_demo_reconciles_and_its_liquidator_acts() {
    let mut told = Vec::new();
    let outcome = story::run(|seat| Ok(Box::new(Thread::start(seat)?)), &mut told, ProgressBar::hidden());
    let told = String::from_utf8(told).unwrap();
    let outcome = outcome.unwrap_or_else(|error| panic!("{told}\n{error:#}"));

    assert!(outcome.reconciliation.holds(), "{:?}", outcome.reconciliation);
    assert_eq!(outcome.reconciliation.difference(), 0);
    assert_eq!((outcome.reconciliation.cash, outcome.reconciliation.unswept), (0, 0), "everyone is gone");
    let liquidations: Vec<&Liquidated> =
        outcome.defaults.iter().filter_map(|e| if let Event::Liquidated(l) = e { Some(l) } else { None }).collect();
    assert!(!liquidations.is_empty(), "{told}");
    for l in &liquidations {
        assert!(l.equity_before < l.maintenance_before);
        assert!(l.maintenance_after < l.maintenance_before);
        assert_eq!(l.uncovered, 0);
    }
    let of = |name: &str| outcome.statements.iter().find(|s| s.name == name).unwrap();
    for liquidated in ["Lena", "Hugo"] {
        assert!(of(liquidated).liquidation_cost > 0, "{liquidated} was liquidated");
    }
    assert_eq!(of("Nils").liquidation_cost, 0, "the hedged SOL was not");
    assert!(of("Bot").profit() > 0, "the liquidator gained");
    let pair = liquidations.iter().find(|l| l.positions.len() == 2).expect("a hedged book goes as a slice");
    assert!(pair.positions[0].lots > 0 && pair.positions[1].lots < 0, "{pair:?}");
    assert!(liquidations.iter().any(|l| l.from_budget > 0), "a seized account is sold");
    let seized = outcome.defaults.iter().filter(|e| matches!(e, Event::AccountSeized(_))).count();
    assert_eq!(seized, 2, "{told}");
    let shared = |e: &Event| matches!(e, Event::BadDebtResolved(r) if r.shared > 0 && r.uncovered == 0);
    assert!(outcome.defaults.iter().any(shared), "one loss is shared:\n{told}");
    assert!(told.contains("took over a slice"), "the liquidator says what it did:\n{told}");
}

fn localnet() -> Result<Localnet> {
    let net = Localnet::start()?;
    net.set_time(story::hours()?[0].time)?;
    Ok(net)
}

fn venue(net: &Localnet) -> Result<Venue<'_>> {
    let config = Config::from_toml(include_str!("../../../migrations/localnet.toml"))?;
    let venue = net.apply(&config)?;
    venue.publish(&["40000", "2500", "40"])?;
    Ok(venue)
}

fn trader(venue: &Venue, name: &str, usdc: &str) -> Result<Trader> {
    let trader = venue.trader(name, usdc, "0")?;
    venue.deposit_usdc(&trader, usdc)?;
    Ok(trader)
}

/// A liquidator that keeps what it takes over, in its one account.
fn liquidator(net: &Localnet, venue: &Venue, who: &Trader) -> Liquidator {
    let settings = Settings { desk_id: 0, keep: true, ..Settings::new(venue.exchange.id) };
    Liquidator::new(net.rpc_url(), who.key.insecure_clone(), settings)
}

/// One trader buys BTC-PERP from another.
fn trade(venue: &Venue, buyer: &Trader, seller: &Trader, price: &str, size: &str) -> Result<()> {
    let terms = &venue.terms[0];
    deal(venue, buyer, seller, terms, terms.ticks(price)?, size)
}

/// One trader buys any instrument from another, at a price in ticks.
fn deal(venue: &Venue, buyer: &Trader, seller: &Trader, terms: &Terms, price: i64, size: &str) -> Result<()> {
    let ask = OrderArgs::limit(Side::Ask, price, terms.lots(size)?);
    venue.act(seller, &[venue.place(seller, terms.instrument, &ask, &[])])?;
    let bid = OrderArgs::limit(Side::Bid, price, terms.lots(size)?);
    venue.act(buyer, &[venue.place(buyer, terms.instrument, &bid, &[seller])])?;
    Ok(())
}

#[test]
fn errors_are_readable_through_rpc() -> Result<()> {
    let net = localnet()?;
    let venue = venue(&net)?;
    let (alice, bob) = (trader(&venue, "Alice", "10000")?, trader(&venue, "Bob", "100000")?);
    trade(&venue, &alice, &bob, "40000", "1")?;

    // 15 % of 40,000, times 1.25, is 7,500: of 10,000 less the fee of 20 no 3,000 can go.
    let refused = venue.withdraw_usdc(&alice, 3_000_000_000).unwrap_err();
    assert_eq!(refused.code(), Some(BallastError::BelowWithdrawalMargin.code()));
    assert_eq!(refused.ballast(), Some(BallastError::BelowWithdrawalMargin));
    assert_eq!(refused.numbers(), Some("withdrawal margin: required 7500000000, available 6980000000"));
    let words = refused.to_string();
    assert!(words.starts_with("BelowWithdrawalMargin (6035): what is left would not cover initial margin"), "{words}");
    assert!(words.ends_with("[withdrawal margin: required 7500000000, available 6980000000]"), "{words}");

    // What the message says is so: a little less goes.
    venue.withdraw_usdc(&alice, 2_480_000_000)?;
    let refused = venue.withdraw_usdc(&alice, 1).unwrap_err();
    assert_eq!(refused.ballast(), Some(BallastError::BelowWithdrawalMargin));
    assert!(venue.reconcile()?.holds());

    // An error of another program is not taken for one of Ballast's.
    let overdraft = solana_system_transfer(&alice, &bob, u64::MAX);
    let refused = venue.act(&alice, &[overdraft]).unwrap_err();
    assert!(refused.code().is_some() && refused.ballast().is_none(), "{refused}");
    net.stop()
}

/// The system program's transfer, built by hand.
fn solana_system_transfer(from: &Trader, to: &Trader, lamports: u64) -> solana_instruction::Instruction {
    use solana_instruction::{AccountMeta, Instruction};
    let accounts = vec![AccountMeta::new(from.address(), true), AccountMeta::new(to.address(), false)];
    let mut data = 2u32.to_le_bytes().to_vec();
    data.extend(lamports.to_le_bytes());
    Instruction { program_id: ballast_client::SYSTEM_PROGRAM, accounts, data }
}

/// Writes bytes that name a feed and hold no price of it.
fn break_feed(venue: &Venue, underlying: u16) -> Result<()> {
    let index = usize::from(underlying);
    let feed = venue.config.underlying[index].first.feed()?;
    let (owner, mut data) = oracle::write(&feed, &oracle::dollars("1", venue.net.rpc().now()?)?)?;
    data.truncate(data.len() / 2);
    venue.net.set_account(&venue.prices[index], &owner, &data)
}

#[test]
fn a_poor_liquidator_takes_what_it_can_carry_and_has_books_and_receivership_do_the_rest() -> Result<()> {
    let net = localnet()?;
    let venue = venue(&net)?;
    let (alice, bob) = (trader(&venue, "Alice", "9000")?, trader(&venue, "Bob", "1000000")?);
    let (carol, dora) = (trader(&venue, "Carol", "13000")?, venue.trader("Dora", "120000", "0")?);
    venue.deposit_usdc(&dora, "60000")?;
    let poor = trader(&venue, "Poor", "500")?;
    let [btc, eth, sol] = [0, 1, 2].map(|n| &venue.terms[n]);
    deal(&venue, &alice, &bob, btc, btc.ticks("40000")?, "1")?;
    deal(&venue, &carol, &bob, eth, eth.ticks("2500")?, "20")?;
    let bot = liquidator(&net, &venue, &poor);
    let log = Log::default();
    let pass = || log.during(|| bot.pass());
    assert!(!pass()?, "there is nothing to do");

    // A fall that the board knows, then prices that only their accounts have; one of them has none.
    net.set_time(net.rpc().now()? + 3_600)?;
    venue.publish(&["36000", "2200", "40"])?;
    assert!(margin_of(&venue, &alice)?.is_liquidatable() && margin_of(&venue, &carol)?.is_liquidatable());
    net.set_time(net.rpc().now()? + 60)?;
    assert!(!pass()?, "at a stale price nobody can be liquidated");
    venue.write_prices(&["36000"])?;
    break_feed(&venue, 1)?;
    let published =
        |n: usize| -> Result<i64> { Ok(net.rpc().board(&venue.exchange)?.board.underlyings[n].publish_time) };
    let [stale, broken] = [published(0)?, published(1)?];
    assert!(pass()?, "the price that there is is refreshed");
    assert_eq!((published(0)?, published(1)?), (stale + 60, broken));

    let board = net.rpc().board(&venue.exchange)?.board;
    let now = net.rpc().now()?;
    let before = margin::requirements(&board, &venue.margin_of(&alice)?.portfolio, now)?;
    assert!(pass()?, "it takes over what it can");
    let after = margin::requirements(&board, &venue.margin_of(&alice)?.portfolio, now)?;
    assert!(after.health().unwrap() > before.health().unwrap() && after.is_liquidatable());
    let own = venue.margin_of(&poor)?.portfolio;
    let carried = margin::requirements(&board, &own, now)?;
    assert!(own.open()[0].lots.get() > 0 && carried.initial_equity >= carried.initial);
    assert!(venue.reconcile()?.holds());
    let said = log.lines();
    let of = |what: &str| said.iter().filter(|l| l.starts_with(what)).collect::<Vec<_>>();
    assert!(of("left it alone").iter().all(|l| l.contains("is 60 s old")), "{said:#?}");
    assert!(of("left it alone").len() == 2 && of("refreshed").len() == 1, "{said:#?}");
    assert_eq!(of("took over a slice").len(), 1, "{said:#?}");

    // It has nothing left. Somebody bids, the feed is back, and the books take the rest for a reward.
    venue.publish(&["36000", "2200", "40"])?;
    for (terms, price, size) in [(btc, "35950", "2"), (eth, "2197", "30")] {
        let bid = OrderArgs::post_only(Side::Bid, terms.ticks(price)?, terms.lots(size)?);
        venue.act(&bob, &[venue.place(&bob, terms.instrument, &bid, &[])])?;
    }
    let cash = venue.margin_of(&poor)?.portfolio.cash;
    log.during(|| pass_until_idle(&bot))?;
    for who in [&alice, &carol] {
        assert!(!margin_of(&venue, who)?.is_liquidatable(), "{}: {:#?}", who.name, log.lines());
    }
    let own = venue.margin_of(&poor)?.portfolio;
    assert!(own.cash > cash && own.open().len() == 1, "paid, and nothing taken over");
    for name in ["BTC-PERP", "ETH-PERP"] {
        let closed = |l: &String| l.starts_with("closed a position of it on the book") && l.contains(name);
        assert!(log.lines().iter().any(closed), "{name}: {:#?}", log.lines());
    }
    assert!(venue.reconcile()?.holds());

    // A position that is too large for it, and that no book takes: seized, wound down after a day, released by a deposit.
    deal(&venue, &dora, &bob, sol, sol.ticks("40")?, "4000")?;
    for price in ["33", "27"] {
        net.set_time(net.rpc().now()? + 3_600)?;
        venue.publish(&["36000", "2200", price])?;
    }
    log.during(|| pass_until_idle(&bot))?;
    assert!(venue.margin_of(&dora)?.episode.is_seized(), "{:#?}", log.lines());
    net.set_time(net.rpc().now()? + 86_400)?;
    venue.publish(&["36000", "2200", "27"])?;
    log.during(|| pass_until_idle(&bot))?;
    assert_ne!(net.rpc().board(&venue.exchange)?.board.instrument(sol.instrument).unwrap().settles_at, 0);
    venue.deposit_usdc(&dora, "60000")?;
    log.during(|| pass_until_idle(&bot))?;
    assert!(!venue.margin_of(&dora)?.episode.is_seized());
    assert!(venue.reconcile()?.holds());
    let said = log.lines();
    let mut lines = said.iter();
    let of_dora = ["seized", "left it alone", "did not release it", "wound down what nobody took", "released"];
    for what in of_dora {
        assert!(lines.any(|l| l.starts_with(what) && l.contains(&dora.margin.to_string())), "{what}: {said:#?}");
    }
    net.stop()
}

/// Makes passes until there is nothing left to do.
fn pass_until_idle(bot: &Liquidator) -> Result<()> {
    for _ in 0..20 {
        if !bot.pass()? {
            return Ok(());
        }
    }
    anyhow::bail!("the liquidator is never done")
}

#[test]
fn a_hedged_pair_and_tokens_go_as_slices_through_an_account_of_their_own() -> Result<()> {
    let net = localnet()?;
    let venue = venue(&net)?;
    let (alice, bob) = (trader(&venue, "Alice", "7700")?, trader(&venue, "Bob", "200000")?);
    let keeper = trader(&venue, "Keeper", "20000")?;
    let [btc, eth] = [&venue.terms[0], &venue.terms[1]];
    deal(&venue, &alice, &bob, btc, btc.ticks("40000")?, "1")?;
    // What hedges the first is no order that rests: its margin would not.
    let bid = OrderArgs::limit(Side::Bid, eth.ticks("2500")?, eth.lots("16")?);
    venue.act(&bob, &[venue.place(&bob, 1, &bid, &[])])?;
    let ask = OrderArgs::limit(Side::Ask, eth.ticks("2500")?, eth.lots("16")?);
    venue.act(&alice, &[venue.place(&alice, 1, &ask, &[&bob])])?;
    let bot = Liquidator::new(net.rpc_url(), keeper.key.insecure_clone(), Settings::new(venue.exchange.id));
    let log = Log::default();
    assert!(!log.during(|| bot.pass())?, "there is nothing to do");

    net.set_time(net.rpc().now()? + 3_600)?;
    venue.publish(&["39000", "2600", "40"])?;
    assert!(log.during(|| bot.pass())?, "an account for what is taken over is opened");
    let desk = venue.exchange.margin(&keeper.address(), 1);

    // What the client says the program will do, it does to the unit.
    let (board, now) = (net.rpc().board(&venue.exchange)?.board, net.rpc().now()?);
    let (treasury, account) = (net.rpc().treasury(&venue.exchange)?, venue.margin_of(&alice)?);
    let expected = margin::Liquidation {
        board: &board,
        treasury: &treasury,
        account: &account,
        instruments: &[0, 1],
        args: LiquidateArgs::of(0),
        now,
    };
    let expected = expected.after_slice(&venue.margin_of(&keeper)?.portfolio)?;
    assert!(log.during(|| bot.pass())?, "the slice is taken");
    let after = margin_of(&venue, &alice)?;
    assert_eq!((after.equity, after.maintenance), (expected.account.equity, expected.account.maintenance));
    assert!(!after.is_liquidatable());
    let taken: Box<MarginAccount> = net.rpc().decode(&desk)?;
    let has = margin::requirements(&board, &taken.portfolio, now)?;
    assert_eq!(has.maintenance, expected.liquidator.maintenance);
    let main = venue.margin_of(&keeper)?.portfolio;
    assert_eq!(has.equity.plus(main.cash).unwrap(), expected.liquidator.equity);
    assert!(!main.cash.is_zero() && main.position_count == 0, "only what is needed is brought in");
    let legs: Vec<i64> = taken.portfolio.open().iter().map(|p| p.lots.get()).collect();
    assert!(legs.len() == 2 && legs[0] > 0 && legs[1] < 0, "{legs:?}");

    // Nobody takes it: it is kept. Then it is closed on the books, and the cash is back.
    assert!(!log.during(|| bot.pass())?);
    let bid = OrderArgs::post_only(Side::Bid, btc.ticks("38990")?, btc.lots("1")?);
    let ask = OrderArgs::post_only(Side::Ask, eth.ticks("2601")?, eth.lots("16")?);
    venue.act(&bob, &[venue.place(&bob, 0, &bid, &[]), venue.place(&bob, 1, &ask, &[])])?;
    log.during(|| pass_until_idle(&bot))?;
    let left: Box<MarginAccount> = net.rpc().decode(&desk)?;
    assert!(left.portfolio.position_count == 0 && left.portfolio.cash.is_zero());
    assert!(venue.margin_of(&keeper)?.portfolio.cash.get() > 20_000_000_000, "it gained");
    assert!(venue.reconcile()?.holds());
    let said = log.lines();
    let mut lines = said.iter();
    for what in ["opened an account", "took over a slice", "kept a position", "closed", "returned cash"] {
        assert!(lines.any(|line| line.contains(what)), "{what}: {said:#?}");
    }
    assert!(said.iter().any(|l| l.contains("BTC-PERP at 39,000.00 and -")), "both legs in one slice: {said:#?}");
    tokens_are_legs_and_leave_again(&venue, &bob, &keeper)?;
    net.stop()
}

/// Tokens come with the slice of a position, and go to the wallet. What an account takes that holds one underlying only goes to its
/// main account, as far as a limit.
fn tokens_are_legs_and_leave_again(venue: &Venue, bob: &Trader, keeper: &Trader) -> Result<()> {
    let (net, sol) = (venue.net, &venue.terms[2]);
    let (tess, iso) = (venue.trader("Tess", "0", "100")?, trader(venue, "Iso", "20000")?);
    venue.deposit_sol(&tess, "100")?;
    deal(venue, &tess, bob, sol, sol.ticks("40")?, "100")?;
    let desk = |t: &Trader| -> Result<Box<MarginAccount>> { net.rpc().decode(&venue.exchange.margin(&t.address(), 1)) };
    let fall = |prices: &[&str]| -> Result<()> {
        for price in prices {
            net.set_time(net.rpc().now()? + 3_600)?;
            venue.publish(&["39000", "2600", price])?;
        }
        assert!(margin_of(venue, &tess)?.is_liquidatable());
        Ok(())
    };
    let bid = |price: &str| -> Result<()> {
        let bid = OrderArgs::post_only(Side::Bid, sol.ticks(price)?, sol.lots("100")?);
        venue.act(bob, &[venue.place(bob, sol.instrument, &bid, &[])])?;
        Ok(())
    };

    fall(&["33", "27"])?;
    let before = venue.margin_of(&tess)?.portfolio.balance(0);
    let bot = Liquidator::new(net.rpc_url(), keeper.key.insecure_clone(), Settings::new(venue.exchange.id));
    let log = Log::default();
    log.during(|| pass_until_idle(&bot))?;
    let held = desk(keeper)?.portfolio;
    let taken = before - venue.margin_of(&tess)?.portfolio.balance(0);
    assert!(taken > 0 && held.balance(0) == taken && held.open().len() == 1, "{:#?}", log.lines());
    assert!(!margin_of(venue, &tess)?.is_liquidatable());
    bid("26.95")?;
    log.during(|| pass_until_idle(&bot))?;
    let left = desk(keeper)?.portfolio;
    assert!(left.holds_only_cash() && left.cash.is_zero(), "{:#?}", log.lines());
    assert_eq!(net.rpc().token_amount(&keeper.wsol)?, taken);
    let said = log.lines();
    let mut lines = said.iter();
    for what in ["took over a slice", "holds", "closed", "withdrew tokens", "returned cash"] {
        assert!(lines.any(|line| line.starts_with(what)), "{what}: {said:#?}");
    }
    for held in ["SOL-PERP and ", "what=nothing"] {
        assert!(said.iter().any(|l| l.starts_with("holds") && l.contains(held)), "{held}: {said:#?}");
    }

    // An account for SOL alone, and a limit of 150 dollars.
    let (e, owner) = (&venue.exchange, iso.address());
    venue.act(&iso, &[instruction::open_isolated_account(e, &owner, &owner, 1, 2)])?;
    fall(&["24", "23"])?;
    let settings = Settings { tokens: Tokens::Main, max_tokens: 150_000_000, ..Settings::new(e.id) };
    let bot = Liquidator::new(net.rpc_url(), iso.key.insecure_clone(), settings);
    let log = Log::default();
    bid("22.98")?;
    log.during(|| pass_until_idle(&bot))?;
    let (main, left) = (venue.margin_of(&iso)?.portfolio, desk(&iso)?.portfolio);
    let most = 150 * 1_000_000_000 / 23;
    assert!((1..=most).contains(&main.balance(0)), "{}: {:#?}", main.balance(0), log.lines());
    assert!(left.holds_only_cash() && left.cash.is_zero() && main.cash.get() > 19_000_000_000);
    let said = log.lines();
    assert!(said.iter().any(|l| l.starts_with("put tokens into the main account")), "{said:#?}");
    assert!(venue.reconcile()?.holds());
    Ok(())
}

#[test]
fn a_book_of_many_legs_goes_through_a_lookup_table() -> Result<()> {
    let net = localnet()?;
    let venue = venue(&net)?;
    venue.publish_volatilities()?;
    let (alice, bob) = (trader(&venue, "Alice", "7000")?, trader(&venue, "Bob", "200000")?);
    let keeper = trader(&venue, "Keeper", "100000")?;
    let options: Vec<Listed> = venue.terms.iter().skip(4).map(|terms| Listed { venue: &venue, terms }).collect();
    assert_eq!(options.len(), 10);
    for option in &options {
        deal(&venue, &bob, &alice, option.terms, option.mark()?, "0.05")?;
    }
    for (perpetual, price, size) in [(0, "40000", "0.05"), (1, "2500", "0.1"), (2, "40", "1")] {
        let terms = &venue.terms[perpetual];
        deal(&venue, &bob, &alice, terms, terms.ticks(price)?, size)?;
    }
    let settings = Settings { keep: true, ..Settings::new(venue.exchange.id) };
    let bot = Liquidator::new(net.rpc_url(), keeper.key.insecure_clone(), settings);
    // Up, until she is below maintenance.
    let mut below = false;
    for price in (42_000..90_000).step_by(1_000).map(|price: u32| price.to_string()) {
        net.set_time(net.rpc().now()? + 300)?;
        venue.publish(&[&price, "2500", "40"])?;
        venue.refresh_options()?;
        below = margin_of(&venue, &alice)?.is_liquidatable();
        if below {
            break;
        }
    }
    assert!(below, "she is below maintenance");
    let log = Log::default();
    log.during(|| pass_until_idle(&bot))?;
    let said = log.lines();
    assert!(said.iter().any(|l| l.contains("put addresses into the lookup table")), "{said:#?}");
    let table = net.rpc().lookup_table(&keeper.address(), &venue.exchange.address)?.expect("it is found again");
    assert!(table.addresses.contains(&venue.exchange.market(options[9].terms.instrument)));
    let desk: Box<MarginAccount> = net.rpc().decode(&venue.exchange.margin(&keeper.address(), 1))?;
    assert!(desk.portfolio.open().len() > 11, "{said:#?}");
    assert!(!margin_of(&venue, &alice)?.is_liquidatable());
    assert!(venue.reconcile()?.holds());
    net.stop()
}

/// An option of a venue.
struct Listed<'a> {
    venue: &'a Venue<'a>,
    terms: &'a Terms,
}

impl<'a> Listed<'a> {
    /// The one whose name ends so.
    fn new(venue: &'a Venue<'a>, end: &str) -> Self {
        Self { venue, terms: venue.terms.iter().find(|t| t.name.ends_with(end)).expect("it is listed") }
    }

    /// Its mark in ticks, rounded down.
    fn mark(&self) -> Result<i64> {
        let (rpc, index) = (self.venue.net.rpc(), self.terms.instrument);
        let board = rpc.board(&self.venue.exchange)?.board;
        let i = board.instrument(index).unwrap();
        let mark = i.mark_at(board.underlying(i.underlying).unwrap(), rpc.now()?);
        Ok(self.terms.mark_ticks(mark.get(), 0))
    }
}

/// The client's margin of a trader, which must be the program's.
fn margin_of(venue: &Venue, trader: &Trader) -> Result<Requirements> {
    let rpc = venue.net.rpc();
    let board = rpc.board(&venue.exchange)?.board;
    let (there, _) = rpc.view_margin(&venue.exchange, venue.net.payer(), &trader.margin)?;
    let here = margin::requirements(&board, &venue.margin_of(trader)?.portfolio, there.time)?;
    let there = (there.equity, there.maintenance, there.initial);
    assert_eq!((here.equity.get(), here.maintenance.get(), here.initial.get()), there, "{}", trader.name);
    Ok(here)
}

#[test]
fn options_are_published_priced_traded_and_liquidated() -> Result<()> {
    let net = localnet()?;
    let listed_at = net.rpc().now()?;
    let venue = venue(&net)?;
    let [alice, bob] = [trader(&venue, "Alice", "800")?, trader(&venue, "Bob", "100000")?];
    let keeper = trader(&venue, "Keeper", "100000")?;
    let call = Listed::new(&venue, "-40000C");

    // Surface, expiry and options are listed, but nothing is published and nothing priced: no trade.
    let expiry = config::expiry(&net.rpc().board(&venue.exchange)?.board.params, listed_at, 30)?;
    let surface: Box<VolatilitySurface> = net.rpc().decode(&venue.exchange.surface(0))?;
    assert_eq!(surface.surface.expiry(expiry).unwrap().published_at, 0);
    assert_eq!(venue.terms.len(), 3 + 1 + 10);
    let too_early = OrderArgs::limit(Side::Bid, call.terms.ticks("3000")?, call.terms.lots("0.1")?);
    let refused = venue.act(&bob, &[venue.place(&bob, call.terms.instrument, &too_early, &[])]).unwrap_err();
    assert_eq!(refused.ballast(), Some(BallastError::StaleRiskArray));

    // A smile of the publisher's, no other's; then the whole series is priced.
    let smile = Smile { level: Ppm::new(760_000), ..venue.smile(0)? };
    let foreign = instruction::publish_volatility(&venue.exchange, &bob.address(), 0, expiry, &smile);
    let refused = venue.act(&bob, &[foreign]).unwrap_err();
    assert_eq!(refused.ballast(), Some(BallastError::NotAPublisher));
    venue.publish_smile(0, expiry, &smile)?;
    let surface: Box<VolatilitySurface> = net.rpc().decode(&venue.exchange.surface(0))?;
    let made = surface.surface.expiry(expiry).unwrap();
    assert_eq!((made.published_at, made.smile.level.get()), (net.rpc().now()?, 760_000));
    venue.refresh_options()?;
    // At the money, 76 % for thirty days: about 0.4 · 0.76 · √(30/365) of 40,000 dollars, in ticks of 0.1 dollar.
    let expected = 0.398_94 * 0.76 * (30f64 / 365.0).sqrt() * 40_000.0;
    assert!((call.mark()? as f64 / 10.0 - expected).abs() < 20.0, "{} {expected}", call.mark()?);

    // Traded, and margined as the client says.
    deal(&venue, &bob, &alice, call.terms, call.mark()?, "0.1")?;
    let (short, long) = (margin_of(&venue, &alice)?, margin_of(&venue, &bob)?);
    assert!(long.maintenance.get() > 0 && long.maintenance.get() < short.maintenance.get());
    assert!(venue.reconcile()?.holds());

    // An array that is too old takes on no more risk until anyone has refreshed it.
    net.set_time(net.rpc().now()? + 121)?;
    venue.publish(&["40000", "2500", "40"])?;
    let more = OrderArgs::limit(Side::Bid, call.mark()?, call.terms.lots("0.1")?);
    let refused = venue.act(&bob, &[venue.place(&bob, call.terms.instrument, &more, &[])]).unwrap_err();
    assert_eq!(refused.ballast(), Some(BallastError::StaleRiskArray));
    margin_of(&venue, &alice)?;
    venue.refresh_options()?;
    venue.act(&bob, &[venue.place(&bob, call.terms.instrument, &more, &[])])?;
    let cancel = instruction::cancel_all_orders(
        &venue.exchange,
        &bob.address(),
        &bob.margin,
        call.terms.instrument,
        BOTH_SIDES,
        1,
    );
    venue.act(&bob, &[cancel])?;

    // A rise beyond the array's reach. The liquidator refreshes it, then takes the short call over.
    let bot = liquidator(&net, &venue, &keeper);
    let log = Log::default();
    let pass = || log.during(|| bot.pass());
    assert!(!pass()?, "there is nothing to do");
    net.set_time(net.rpc().now()? + 300)?;
    venue.publish(&["46000", "2500", "40"])?;
    assert!(margin_of(&venue, &alice)?.is_liquidatable());
    assert!(pass()?, "the array is refreshed");
    let before = margin_of(&venue, &alice)?;
    assert!(before.is_liquidatable(), "{before:?}");
    assert!(pass()?, "the call is taken over");
    let after = margin_of(&venue, &alice)?;
    assert!(after.health().unwrap() > before.health().unwrap());
    let taken = venue.margin_of(&keeper)?.portfolio;
    assert_eq!(taken.open()[0].key.instrument(), call.terms.instrument);
    assert!(taken.open()[0].lots.get() < 0, "the liquidator is short now");
    margin_of(&venue, &keeper)?;
    let said = log.lines();
    assert!(said[0].starts_with("refreshed stale risk arrays") && said[1].starts_with("took over"), "{said:?}");
    assert!(said[1].contains("-40000C"), "{said:?}");
    assert!(venue.reconcile()?.holds());
    net.stop()
}

#[test]
fn the_websocket_tells_of_orders() -> Result<()> {
    let net = localnet()?;
    let venue = venue(&net)?;
    let alice = trader(&venue, "Alice", "10000")?;
    let (_subscription, told) = PubsubClient::logs_subscribe(
        net.ws_url(),
        RpcTransactionLogsFilter::Mentions(vec![venue.exchange.market(0).to_string()]),
        RpcTransactionLogsConfig { commitment: Some(CommitmentConfig::processed()) },
    )?;
    let terms = &venue.terms[0];
    let order = OrderArgs::post_only(Side::Bid, terms.ticks("39999.5")?, terms.lots("0.25")?).client_id(77);
    let sent = venue.act(&alice, &[venue.place(&alice, 0, &order, &[])])?;

    let message = told.recv_timeout(Duration::from_secs(10))?.value;
    assert_eq!(message.signature, sent.signature.to_string());
    let orders = event::find::<OrderPlaced>(&message.logs);
    let placed = &orders[0];
    assert_eq!((placed.margin, placed.client_id, placed.resting, placed.filled), (alice.margin, 77, 250, 0));
    assert_eq!(terms.show_ticks(placed.price), "39,999.50");
    net.stop()
}

// I320, I322, I323: the command shows what is missing, does it when it is told to, and then has nothing to do.
#[test]
fn a_migration_is_shown_then_applied_through_rpc() -> Result<()> {
    let net = localnet()?;
    let venue = venue(&net)?;
    let keyring = Keyring { admin: venue.admin.insecure_clone(), payer: net.payer().insecure_clone() };
    let mut config = venue.config.clone();
    let plan = |config: &Config| {
        let mut out = Vec::new();
        ballast_migrate::plan(config, net.rpc(), &keyring, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let apply = |config: &Config, agrees: bool| {
        let (mut out, progress) = (Vec::new(), ProgressBar::hidden());
        let applied = ballast_migrate::apply(config, net.rpc(), &keyring, || Ok(agrees), &mut out, &progress);
        (applied, String::from_utf8(out).unwrap())
    };
    assert_eq!(apply(&config, false).1, "nothing to do\n");

    // One publisher is not enough where there is a timelock.
    for surface in config.underlying.iter_mut().filter_map(|u| u.surface.as_mut()) {
        surface.params.set("min_publishers", "2");
    }
    apply(&config, true).0?;
    config.exchange.fees.set("taker_fee", "0.0004");
    config.exchange.timelock = 3_600;
    let shown = "   1. fees: taker_fee 0.0005 -> 0.0004\n   2. timelock: 0 -> 3600 seconds\n";
    assert_eq!(plan(&config), shown);
    let (refused, said) = apply(&config, false);
    assert!(refused.is_err() && said == shown, "{said}");
    let (done, said) = apply(&config, true);
    done?;
    assert!(
        said.contains("[2/2] timelock: 0 -> 3600 seconds") && said.ends_with("2 steps done, 0 waiting\n"),
        "{said}"
    );
    assert_eq!(plan(&config), "nothing to do\n");

    // From now on changes are proposed, and executed by a run after their time.
    config.perpetual[0].contract.limits.set("max_position", "900");
    let (_, said) = apply(&config, true);
    assert!(said.contains("propose (executable at"), "{said}");
    let (_, said) = apply(&config, true);
    assert!(said.contains("waits until"), "{said}");
    net.set_time(net.rpc().now()? + 3_601)?;
    let (_, said) = apply(&config, true);
    assert!(said.contains("execute: BTC-PERP: max_position 1,000 -> 900"), "{said}");
    assert_eq!(plan(&config), "nothing to do\n");
    net.stop()
}
