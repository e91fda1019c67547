//! One life through JSON-RPC: a block agreed on by a request for quote, a delegate that quotes, funding, interest, a dated future
//! that expires, and everyone's withdrawal in the end.

use crate::{localnet, trader};
use anyhow::{Result, anyhow, ensure};
use ballast_client::{
    BallastError,
    ballast::{
        args::{BOTH_SIDES, CancelArgs, OrderArgs},
        events::{
            BlockTraded, Deposited, EventData, ExpirySettled, InterestAccrued, InterestUpdated, MarketSampled,
            OrdersBatched, PositionSettled,
        },
        state::Permissions,
    },
    config::{Config, Section},
    event,
    instruction::{self, Party},
    margin,
    rfq::{Quote, Request, RequestLeg},
    risk::Portfolio,
    risk::Side,
    rpc::Sent,
    settlement,
    terms::Terms,
    time,
};
use ballast_localnet::{Localnet, Trader, Venue};
use solana_instruction::Instruction;
use solana_signer::Signer;

const USDC: i64 = 1_000_000;
const HOUR: i64 = 3_600;
/// The BTC perpetual, and its underlying.
const PERPETUAL: u16 = 0;
/// Fee of either side of a block, millionths.
const BLOCK_FEE: u32 = 300;

/// The exchange of the configuration without options, with funding, interest, a fee on blocks, and a future of a given expiry.
fn config(expiry: i64) -> Result<Config> {
    let mut config = Config::from_toml(include_str!("../../../migrations/localnet.toml"))?;
    config.exchange.fees.set("block_fee", "0.0003");
    config.perpetual[usize::from(PERPETUAL)].contract.funding = Section::of(&[
        ("impact_notional", "1000"),
        ("max_premium", "0.005"),
        ("period", "28_800"),
        ("max_basis", "0.0001"),
    ]);
    config.interest = Some(Section::of(&[
        ("base_rate", "0.02"),
        ("optimal_rate", "0.1"),
        ("max_rate", "1"),
        ("optimal_utilisation", "0.8"),
        ("max_utilisation", "0.9"),
        ("max_owed", "0.9"),
        ("reserve", "0.1"),
        ("epoch_seconds", "3_600"),
    ]));
    config.series.clear();
    config.underlying.iter_mut().for_each(|u| u.surface = None);
    (config.future[0].days, config.future[0].expiry) = (None, Some(time::format(expiry)));
    config.margin.set("settlement_time", &(expiry % (24 * HOUR)).to_string());
    Ok(config)
}

/// The exchange and those who live on it.
struct Life<'a> {
    venue: Venue<'a>,
    start: i64,
    expiry: i64,
    /// Takes what Bob makes.
    alice: Trader,
    bob: Trader,
    /// Quotes for Bob.
    desk: Trader,
    /// Lends dollars.
    lena: Trader,
    /// Owns SOL and borrows dollars.
    boris: Trader,
}

fn party(t: &Trader) -> Party {
    Party { authority: t.address(), margin: t.margin }
}

/// The only event of a kind.
fn the_event<T: EventData + Copy>(sent: &Sent) -> T {
    let events = event::find::<T>(&sent.log);
    assert_eq!(events.len(), 1, "{}: {:#?}", T::NAME, sent.log);
    events[0]
}

impl<'a> Life<'a> {
    fn new(net: &'a Localnet) -> Result<Self> {
        let start = net.rpc().now()?;
        let expiry = start / 60 * 60 + 4 * HOUR;
        let venue = net.apply(&config(expiry)?)?;
        venue.publish(&["40000", "2500", "40"])?;
        net.send(&[instruction::update_interest(&venue.exchange)], net.payer(), &[])?;
        let boris = venue.trader("Boris", "2", "100")?;
        venue.deposit_sol(&boris, "100")?;
        Ok(Self {
            start,
            expiry,
            alice: trader(&venue, "Alice", "100000")?,
            bob: trader(&venue, "Bob", "100000")?,
            desk: trader(&venue, "Desk", "0.000001")?,
            lena: trader(&venue, "Lena", "1000")?,
            boris,
            venue,
        })
    }

    /// Sends what needs nobody's signature.
    fn crank(&self, ix: Instruction) -> Result<Sent> {
        Ok(self.venue.net.send(&[ix], self.venue.net.payer(), &[])?)
    }

    /// Moves the clock to so many seconds after the start, with fresh prices.
    fn at(&self, seconds: i64, prices: &[&str]) -> Result<()> {
        self.venue.net.set_time(self.start + seconds)?;
        self.venue.publish(prices)
    }

    fn portfolio(&self, t: &Trader) -> Result<Portfolio> {
        Ok(self.venue.margin_of(t)?.portfolio)
    }

    /// Cash, and what the positions have cost and brought.
    fn money(&self, t: &Trader) -> Result<i64> {
        let p = self.portfolio(t)?;
        Ok(p.cash.get() + p.open().iter().map(|position| position.quote.get()).sum::<i64>())
    }

    /// The terms of the dated future.
    fn future(&self) -> &Terms {
        &self.venue.terms[self.venue.config.perpetual.len()]
    }

    fn reconcile(&self) -> Result<()> {
        let sum = self.venue.reconcile()?;
        ensure!(sum.holds(), "{sum:?}");
        Ok(())
    }

    /// Alice asks for legs, Bob quotes prices; each looks at what the block would do to the account and at what is signed.
    fn block(&self, legs: &[(&Terms, i64, &str)], nonce: u64) -> Result<Sent> {
        let (venue, rpc) = (&self.venue, self.venue.net.rpc());
        let (board, now) = (rpc.board(&venue.exchange)?.board, rpc.now()?);
        let wanted = legs.iter().map(|(terms, lots, _)| RequestLeg { instrument: terms.instrument, lots: *lots });
        let request = Request::new(venue.exchange.id, &party(&self.alice), wanted.collect(), now + 60);
        request.validate(&board, now)?;

        let prices = legs.iter().map(|(terms, _, price)| terms.ticks(price)).collect::<Result<_>>()?;
        let quote = request.quote(&party(&self.bob), prices, now + 30, nonce)?;
        let on_bob = quote.effect_on_maker(&board, &self.portfolio(&self.bob)?, BLOCK_FEE, now)?;
        let answer = serde_json::to_string(&quote)?;

        let quote: Quote = serde_json::from_str(&answer)?;
        quote.answers(&request, now)?;
        let on_alice = quote.effect_on_taker(&board, &self.portfolio(&self.alice)?, BLOCK_FEE, now)?;
        let mut transaction = vec![venue.refresh(1)];
        transaction.push(quote.instruction());
        quote.verify(&transaction)?;
        let sent = venue.net.send(&transaction, &self.alice.key, &[&self.bob.key])?;
        for (who, effect) in [(&self.alice, on_alice), (&self.bob, on_bob)] {
            ensure!(effect.refused.is_none(), "{effect:?}");
            let is = margin::requirements(&board, &self.portfolio(who)?, now)?;
            let [is, expected] = [is, effect.after].map(|r| (r.equity, r.maintenance, r.initial));
            assert_eq!(is, expected, "{}", who.name);
        }
        Ok(sent)
    }

    /// A perpetual is bought and the future sold, in one transaction that both sign.
    fn calendar(&self) -> Result<()> {
        let (perpetual, future) = (&self.venue.terms[0], self.future());
        let sent = self.block(&[(perpetual, 100, "40010"), (future, -100, "40060")], 7)?;
        let traded = event::find::<BlockTraded>(&sent.log);
        // 0.03 % of 4,001 and of 4,006 dollars.
        assert_eq!((traded[0].nonce, traded[0].fee, traded[0].legs.len()), (7, 1_200_300 + 1_201_800, 2));
        assert_eq!(self.money(&self.alice)?, 100_005 * USDC - 2_402_100);
        assert_eq!(self.money(&self.bob)?, 99_995 * USDC - 2_402_100);
        self.reconcile()
    }

    /// Cancels orders of Bob's and places a bid and an ask of 30 lots, the desk signing.
    fn quote(&self, cancels: &[CancelArgs], bid: &str, ask: &str) -> Result<OrdersBatched> {
        let (terms, e) = (&self.venue.terms[0], &self.venue.exchange);
        let order =
            |side, price: &str| -> Result<OrderArgs> { Ok(OrderArgs::post_only(side, terms.ticks(price)?, 30)) };
        let orders = [order(Side::Bid, bid)?, order(Side::Ask, ask)?];
        let who = self.desk.address();
        let ix = instruction::batch_orders(e, &who, &self.bob.margin, PERPETUAL, &[], cancels, &orders);
        let sent = self.venue.act(&self.desk, &[ix])?;
        event::find::<OrdersBatched>(&sent.log).pop().ok_or_else(|| anyhow!("no batch"))
    }

    /// A delegate quotes and quotes anew, and takes nothing out.
    fn delegate(&self) -> Result<()> {
        let (venue, e, bob) = (&self.venue, &self.venue.exchange, &self.bob);
        let to = self.desk.address();
        let until = self.start + 24 * HOUR;
        let grant = instruction::set_delegate(e, &bob.address(), &bob.margin, &to, Permissions::TRADE, until);
        venue.act(bob, &[grant])?;

        let first = self.quote(&[], "39900", "40100")?;
        let cancels: Vec<_> =
            first.placed.iter().map(|p| CancelArgs { handle: p.handle, sequence: p.sequence }).collect();
        let second = self.quote(&cancels, "40040", "40090")?;
        assert_eq!((second.margin, second.cancelled.len(), second.placed.len()), (bob.margin, 2, 2));
        let book = venue.net.rpc().market(e, PERPETUAL)?;
        assert_eq!(book.book()?.len(ballast_client::book::Side::Bid), 1);

        let theft = instruction::withdraw(e, &to, &bob.margin, &self.desk.usdc, &venue.usdc, 1);
        let refused = venue.act(&self.desk, &[theft]).unwrap_err();
        assert_eq!(refused.ballast(), Some(BallastError::Unauthorized));
        self.reconcile()
    }

    /// Once Bob's quotes have rested, anyone samples their premium; Alice pays it, Bob is paid.
    fn funding(&self) -> Result<()> {
        self.at(5, &["40000", "2500", "40"])?;
        let sent = self.crank(instruction::sample_market(&self.venue.exchange, PERPETUAL))?;
        let sampled: MarketSampled = the_event(&sent);
        // A bid of 40,040 is 0.1 % above the index: of 40 dollars, in sixteenths, 60 of 28,800 seconds of it.
        assert_eq!((sampled.premium, sampled.funding_index), (1_000, 1_333));

        let before = [self.money(&self.alice)?, self.money(&self.bob)?];
        let terms = &self.venue.terms[0];
        let sell = OrderArgs::limit(Side::Ask, terms.ticks("40040")?, 10).immediate_or_cancel();
        self.venue.act(&self.alice, &[self.venue.place(&self.alice, PERPETUAL, &sell, &[&self.bob])])?;
        // 400.4 dollars; a fee of 0.05 %, of which a fifth is the maker's; 100 lots · 1,333 / 16, against who pays.
        assert_eq!(self.money(&self.alice)?, before[0] + 400_400_000 - 200_200 - 8_332);
        assert_eq!(self.money(&self.bob)?, before[1] - 400_400_000 + 40_040 + 8_331);
        self.reconcile()
    }

    /// Boris borrows what Lena lends for an hour, and pays.
    fn interest(&self) -> Result<()> {
        let (venue, e) = (&self.venue, &self.venue.exchange);
        let update = || -> Result<InterestUpdated> { Ok(the_event(&self.crank(instruction::update_interest(e))?)) };
        let accrue = |t: &Trader| -> Result<InterestAccrued> {
            Ok(the_event(&self.crank(instruction::accrue_interest(e, &t.margin))?))
        };
        self.at(HOUR, &["40000", "2500", "40"])?;
        update()?;
        assert_eq!(accrue(&self.lena)?.lent, 1_000 * USDC);
        venue.withdraw_usdc(&self.boris, 800_000_000)?;
        assert_eq!(self.portfolio(&self.boris)?.owed.get(), 800 * USDC);

        self.at(2 * HOUR, &["40000", "2500", "40"])?;
        let updated = update()?;
        assert_eq!((updated.lent, updated.given), (1_000 * USDC, 0));
        // 2 % a year for an hour, rounded up: the rate at 80 % in use is that of the next hour.
        let accrued = accrue(&self.boris)?;
        assert_eq!((accrued.accrued, accrued.paid, accrued.owed), (1_827, 0, 800 * USDC + 1_827));
        let paid: Deposited = the_event(&venue.deposit_usdc(&self.boris, "801")?);
        assert_eq!((paid.interest_paid, paid.balance), (1_827, USDC - 1_827));

        self.at(3 * HOUR, &["40000", "2500", "40"])?;
        let updated = update()?;
        assert_eq!((updated.reserve, updated.given), (183, 1_644));
        assert_eq!(accrue(&self.lena)?.earned, 1_643);
        self.reconcile()
    }

    /// Takes the samples that are wanted now, all at a price; returns how many.
    fn sample(&self, price: &str) -> Result<usize> {
        let (venue, rpc) = (&self.venue, self.venue.net.rpc());
        let missing = settlement::missing(&rpc.board(&venue.exchange)?.board, rpc.now()?);
        for wanted in &missing {
            venue.write_price(wanted.underlying, price, wanted.time)?;
            let account = &venue.prices[usize::from(wanted.underlying)];
            let ix = instruction::sample_settlement(&venue.exchange, account, wanted.underlying, wanted.expiry);
            self.crank(ix)?;
        }
        Ok(missing.len())
    }

    /// The future is averaged, settled, paid to both sides, and leaves the board.
    fn expiry(&self) -> Result<()> {
        let (venue, rpc, e) = (&self.venue, self.venue.net.rpc(), &self.venue.exchange);
        venue.net.set_time(self.expiry - 15 * 60)?;
        assert_eq!(self.sample("41000")?, 15);
        venue.net.set_time(self.expiry)?;
        assert_eq!(self.sample("42000")?, 15);
        for ix in settlement::settlements(e, &rpc.board(e)?.board, rpc.now()?) {
            let settled: ExpirySettled = the_event(&self.crank(ix)?);
            assert_eq!((settled.price, settled.samples, settled.count), (6_640_000, 30, 1), "41,500 dollars");
        }

        let future = self.future().instrument;
        for (who, sign) in [(&self.alice, -1), (&self.bob, 1)] {
            let before = self.money(who)?;
            let settle = instruction::settle_position(e, &who.margin, future);
            let settled: PositionSettled = the_event(&self.crank(settle)?);
            assert_eq!((settled.lots, settled.value), (sign * 100, sign * 4_150 * USDC));
            assert_eq!(self.money(who)?, before + sign * 4_150 * USDC);
            self.reconcile()?;
        }
        let fees = rpc.treasury(e)?.fees.get();
        self.crank(instruction::delist(e, &venue.admin.pubkey(), future))?;
        assert_eq!(rpc.treasury(e)?.fees.get(), fees + 2 * 1_201_800, "the fees of the block's second leg");
        assert!(rpc.board(e)?.board.instrument(future).is_err());
        assert!(rpc.account(&e.market(future))?.is_none_or(|account| account.data.is_empty()));
        self.reconcile()
    }

    /// The delegate is dismissed, the rest is traded back, and everyone takes all they have.
    fn leave(&self) -> Result<()> {
        let (venue, e, bob) = (&self.venue, &self.venue.exchange, &self.bob);
        self.at(4 * HOUR + 60, &["41500", "2500", "40"])?;
        let cancel = |who: &Trader| {
            instruction::cancel_all_orders(e, &who.address(), &bob.margin, PERPETUAL, BOTH_SIDES, u16::MAX)
        };
        let dismiss =
            instruction::set_delegate(e, &bob.address(), &bob.margin, &self.desk.address(), Permissions::empty(), 0);
        venue.act(bob, &[dismiss])?;
        let refused = venue.act(&self.desk, &[cancel(&self.desk)]).unwrap_err();
        assert_eq!(refused.ballast(), Some(BallastError::Unauthorized));
        venue.act(bob, &[cancel(bob)])?;
        self.block(&[(&venue.terms[0], -90, "41500")], 8)?;
        self.crank(instruction::sweep(e, PERPETUAL))?;

        venue.withdraw_sol(&self.boris, 100_000_000_000)?;
        for who in [&self.alice, bob, &self.desk, &self.lena, &self.boris] {
            let p = self.portfolio(who)?;
            assert!(p.open().is_empty(), "{} holds something", who.name);
            venue.withdraw_usdc(who, u64::try_from(p.cash.get())?)?;
        }
        let left = venue.reconcile()?;
        assert!(left.holds(), "{left:?}");
        assert_eq!((left.cash, left.quote, left.unswept, left.unpaid_funding, left.settled()), (0, 0, 0, 0, 0));
        assert_eq!(left.vault, left.insurance + left.fees + left.interest);
        assert_eq!(left.interest, 1, "what rounding kept from the lender");
        Ok(())
    }
}

// I283, I289, I290, I295: agreed, quoted, funded, lent, settled, and reconciled to the unit after each.
#[test]
fn a_life_from_a_quote_to_the_last_unit() -> Result<()> {
    let net = localnet()?;
    let life = Life::new(&net)?;
    life.calendar()?;
    life.delegate()?;
    life.funding()?;
    life.interest()?;
    life.expiry()?;
    life.leave()?;
    net.stop()
}
