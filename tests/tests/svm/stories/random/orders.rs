//! Orders: placed, replaced, in batches, cancelled in every way.

use super::world::{FUTURE, OPTIONS, World};
use ballast_client::{
    ballast::{
        args::{CancelArgs, OrderArgs, OrderKind, SelfTrade},
        events::{FillRecord, OrderPlaced, OrderReplaced, OrdersBatched, PenaltyRecord},
    },
    book::{Order, Side},
    event, instruction,
    risk::{Lots, Portfolio, Ticks},
};
use solana_address::Address;
use solana_signer::Signer;

impl World {
    pub fn order(&mut self) {
        let (taker, instrument) = (self.anyone(), self.instrument());
        let args = self.order_args(taker, instrument);
        let makers = self.makers(taker, instrument, args.side);
        let key = self.who_trades(taker);
        let addresses = self.margins_of(&makers);
        let t = self.traders[taker].margin;
        let ix = instruction::place_order(&self.svm.exchange, &key.pubkey(), &t, instrument, &addresses, &args);
        let before = self.portfolios();
        let Some(sent) = self.send("order", ix, &[&key]) else { return };
        self.tally.did("market order", usize::from(args.kind == OrderKind::Market as u8));
        self.tally.did("slide", usize::from(args.kind == OrderKind::PostOnlySlide as u8));

        let order = &event::find::<OrderPlaced>(&sent.log)[0];
        self.tally.did("rest", usize::from(order.resting > 0));
        self.tally.did("fill", order.fills.len());
        self.tally.did("future fill", if instrument == FUTURE { order.fills.len() } else { 0 });
        self.tally.did("option fill", if OPTIONS.contains(&instrument) { order.fills.len() } else { 0 });
        self.tally.did("maker cancelled", order.makers_cancelled.into());
        assert!(order.filled + order.resting <= args.lots);
        assert_eq!(order.fills.iter().map(|f| f.lots).sum::<i64>(), order.filled);
        assert!(order.fills.iter().all(|f| f.maker != order.margin && f.lots > 0));
        let good = |price: i64| if args.side == 0 { price <= args.price } else { price >= args.price };
        let limited = args.kind != OrderKind::Market as u8;
        assert!(!limited || order.fills.iter().all(|f| good(f.price)), "no fill is worse than the limit");
        self.assert_may(&before[taker], taker, order.fee);
        self.assert_others(&before, taker, &makers, &order.fills, &order.penalties);
    }

    /// The other side of what somebody traded: makers who filled may have what they have now, those who were cancelled paid at
    /// most a penalty, and nobody else was changed.
    pub fn assert_others(
        &mut self,
        before: &[Portfolio],
        taker: usize,
        makers: &[usize],
        fills: &[FillRecord],
        penalties: &[PenaltyRecord],
    ) {
        self.tally.did("penalty", penalties.len());
        for (maker, portfolio) in before.iter().enumerate().filter(|(m, _)| *m != taker) {
            let margin = self.traders[maker].margin;
            let mine = fills.iter().filter(|f| f.maker == margin);
            let (n, fees) = mine.fold((0, 0), |(n, fees), f| (n + 1, fees + f.maker_fee));
            let paid: i64 = penalties.iter().filter(|p| p.maker == margin).map(|p| p.amount).sum();
            if n > 0 {
                self.assert_may(portfolio, maker, fees + paid);
            } else if makers.contains(&maker) {
                assert_eq!(self.svm.portfolio(&self.traders[maker]).cash.get(), portfolio.cash.get() - paid);
            } else {
                assert_eq!(*portfolio, self.svm.portfolio(&self.traders[maker]), "only who was passed in is changed");
            }
        }
    }

    /// Some cancellations and some orders in one instruction.
    pub fn batch(&mut self) {
        let (t, instrument) = (self.anyone(), self.instrument());
        let (mut cancels, mut cancelled) = (Vec::new(), Vec::new());
        for (handle, order) in self.orders_of(t, instrument) {
            if self.random.one_in(2) && cancels.len() < 8 {
                cancels.push(CancelArgs { handle, sequence: order.seq });
                cancelled.push(order);
            }
        }
        let count = self.random.below(5);
        let orders: Vec<OrderArgs> = (0..count).map(|_| self.order_args(t, instrument)).collect();
        let sides: Vec<u8> = orders.iter().map(|o| o.side).collect();
        let mut makers: Vec<usize> = Vec::new();
        for side in [0, 1].into_iter().filter(|side| sides.contains(side)) {
            makers.extend(self.makers(t, instrument, side));
        }
        makers.sort_unstable();
        makers.dedup();
        let key = self.who_trades(t);
        let (addresses, margin) = (self.margins_of(&makers), self.traders[t].margin);
        let ix = instruction::batch_orders(
            &self.svm.exchange,
            &key.pubkey(),
            &margin,
            instrument,
            &addresses,
            &cancels,
            &orders,
        );
        let before = self.portfolios();
        let Some(sent) = self.send("batch", ix, &[&key]) else { return };
        let batch = &event::find::<OrdersBatched>(&sent.log)[0];
        assert_eq!((batch.cancelled.len(), batch.placed.len()), (cancels.len(), orders.len()));
        // Orders that met somebody are checked one by one, each against what was before it.
        if batch.placed.iter().filter(|p| p.fills > 0).count() < 2 {
            let kept = self.without(&before[t], instrument, &cancelled);
            self.assert_may(&kept, t, batch.placed.iter().map(|p| p.fee).sum());
        }
        self.assert_others(&before, t, &makers, &batch.fills, &batch.penalties);
    }

    pub fn replace(&mut self) {
        let (t, instrument) = (self.anyone(), self.instrument());
        let mine = self.orders_of(t, instrument);
        if mine.is_empty() {
            return;
        }
        let (handle, order) = self.random.pick(&mine);
        let mut args = self.order_args(t, instrument);
        // Half of them only make it smaller.
        if self.random.one_in(2) {
            args.side = u8::from(order.side().unwrap() == Side::Ask);
            (args.price, args.lots) = (order.price_ticks.get(), (order.lots.get() / 2).max(1));
            (args.kind, args.expires_at) = (OrderKind::Limit as u8, order.expires_at);
        }
        let makers = self.makers(t, instrument, args.side);
        let key = self.who_trades(t);
        let (addresses, margin) = (self.margins_of(&makers), self.traders[t].margin);
        let ix = instruction::replace_order(
            &self.svm.exchange,
            &key.pubkey(),
            &margin,
            instrument,
            &addresses,
            &CancelArgs { handle, sequence: order.seq },
            &args,
        );
        let before = self.portfolios();
        let Some(sent) = self.send("replace", ix, &[&key]) else { return };
        let replaced = &event::find::<OrderReplaced>(&sent.log)[0];
        // An order that is made smaller in place is compared with itself.
        let (kept, fee) = (self.without(&before[t], instrument, &[order]), replaced.placed.fee);
        let after = self.svm.portfolio(&self.traders[t]);
        if !self.may(&kept, &after, fee) {
            self.assert_may(&before[t], t, fee);
        }
        self.assert_others(&before, t, &makers, &replaced.fills, &replaced.penalties);
    }

    /// A portfolio as it is without some of its orders. They may always be cancelled, and a bid below the mark that goes can
    /// leave those above it with more margin to bring.
    fn without(&self, portfolio: &Portfolio, instrument: u16, orders: &[Order]) -> Portfolio {
        let (board, mut left) = (self.svm.board(), *portfolio);
        let i = board.board.instrument(instrument).unwrap();
        for o in orders {
            let (lots, side) = (Lots::new(o.lots.get()), o.side().unwrap());
            let value = i.value_at(lots, Ticks::new(o.price_ticks.get())).unwrap();
            left.slot(i).unwrap().remove_order(side, o.is_reduce_only(), lots, value).unwrap();
        }
        left.release(i).unwrap();
        left
    }

    pub fn margins_of(&self, traders: &[usize]) -> Vec<Address> {
        traders.iter().map(|m| self.traders[*m].margin).collect()
    }

    /// A trader's resting orders in a market.
    fn orders_of(&self, trader: usize, instrument: u16) -> Vec<(u32, Order)> {
        let market = self.svm.market(instrument);
        let book = market.book().unwrap();
        let margin = self.traders[trader].margin;
        let all = Side::BOTH.into_iter().flat_map(|side| book.orders(side)).map(|o| o.unwrap());
        all.filter(|(_, o)| o.owner.as_bytes() == margin.as_array()).map(|(h, o)| (h.0, *o)).collect()
    }

    fn order_args(&mut self, taker: usize, instrument: u16) -> OrderArgs {
        let board = self.svm.board();
        let i = board.board.instrument(instrument).unwrap();
        let u = board.board.underlying(i.underlying).unwrap();
        let mark = i.mark_ticks_floor(u, self.svm.now()).get();
        let r = &mut self.random;
        let side = Side::BOTH[r.below(2) as usize];
        // Mostly near the mark, sometimes far and beyond the band.
        let spread = if r.one_in(20) { 150 } else { 12 };
        // An option's price varies with its underlying's, not with its own.
        let about = if i.is_option() { i.lot_units.get() * u.price.get() / 16 / i.tick_value.get() / 10 } else { mark };
        let mut price = mark + about * r.between(-spread, spread) / 1_000;
        // Half of the orders go for the best price of the other side.
        let market = self.svm.market(instrument);
        if let Some(best) = market.book().unwrap().best_price(side.opposite()).unwrap()
            && r.one_in(2)
        {
            price = best.get();
        }
        let value = if i.is_option() { i.lot_units.get() * u.price.get() } else { i.mark.get() } / 16;
        let wealth = self.svm.requirements(&self.traders[taker]).equity.get().clamp(50_000_000, 100_000_000_000);
        let most = (wealth * 5 / value).max(2) as u64;
        let held = self.svm.lots(&self.traders[taker], instrument);
        let reduce_only = if held == 0 { r.one_in(40) } else { r.one_in(5) };
        let kind = match r.below(24) {
            0..8 => OrderKind::Limit,
            8..12 => OrderKind::PostOnly,
            12..14 => OrderKind::PostOnlySlide,
            14..20 => OrderKind::ImmediateOrCancel,
            20..22 => OrderKind::FillOrKill,
            _ => OrderKind::Market,
        };
        let mode = r.pick(&SelfTrade::ALL);
        let price = if kind == OrderKind::Market { 0 } else { price };
        let lots = if reduce_only && held != 0 { held.abs() } else { 1 + r.below(most) as i64 };
        let order = OrderArgs::limit(side, price, lots).kind(kind).self_trade(mode).client_id(r.below(16));
        let order = order.expires_at(if r.one_in(6) { self.svm.now() + r.between(28, 50) } else { 0 });
        if reduce_only { order.reduce_only() } else { order }
    }

    /// Mostly the makers at the top of the other side, sometimes not all of them and some that are not there.
    pub fn makers(&mut self, taker: usize, instrument: u16, side: u8) -> Vec<usize> {
        let market = self.svm.market(instrument);
        let other = if side == 0 { Side::Ask } else { Side::Bid };
        let mut makers = Vec::new();
        for order in market.book().unwrap().orders(other).take(12) {
            let owner = Address::new_from_array(*order.unwrap().1.owner.as_bytes());
            let maker = self.traders.iter().position(|t| t.margin == owner).expect("a known owner");
            if maker != taker && !makers.contains(&maker) && !self.random.one_in(12) {
                makers.push(maker);
            }
        }
        let extra = self.anyone();
        if extra != taker && !makers.contains(&extra) && self.random.one_in(4) {
            makers.push(extra);
        }
        makers
    }

    pub fn cancel(&mut self) {
        let instrument = self.instrument();
        let market = self.svm.market(instrument);
        let book = market.book().unwrap();
        let all: Vec<_> = Side::BOTH.into_iter().flat_map(|s| book.orders(s)).map(|o| o.unwrap()).collect();
        if all.is_empty() {
            return;
        }
        let (handle, order) = all[self.random.below(all.len() as u64) as usize];
        let owner = Address::new_from_array(*order.owner.as_bytes());
        // Now and then somebody else's.
        let by = if self.random.one_in(5) { self.anyone() } else { self.position_of(&owner) };
        let key = self.who_trades(by);
        let margin = self.traders[by].margin;
        let ix = instruction::cancel_order(&self.svm.exchange, &key.pubkey(), &margin, instrument, handle.0, order.seq);
        let own = margin == owner;
        assert_eq!(self.send("cancel", ix, &[&key]).is_some(), own, "everybody cancels his own, and only his own");
    }

    pub fn cancel_all(&mut self) {
        let (t, instrument, limit) = (self.anyone(), self.instrument(), self.random.below(4) as u16);
        let (side, key) = (self.random.below(3) as u8, self.who_trades(t));
        let margin = self.traders[t].margin;
        let ix = instruction::cancel_all_orders(&self.svm.exchange, &key.pubkey(), &margin, instrument, side, limit);
        assert!(self.send("cancel all", ix, &[&key]).is_some());
    }

    pub fn cancel_by_client_id(&mut self) {
        let (t, instrument) = (self.anyone(), self.instrument());
        let mine = self.orders_of(t, instrument);
        let id = match mine.first() {
            Some((_, order)) => order.client_id,
            None => self.random.below(16),
        };
        let key = self.who_trades(t);
        let margin = self.traders[t].margin;
        let ix = instruction::cancel_by_client_id(&self.svm.exchange, &key.pubkey(), &margin, instrument, id);
        assert_eq!(self.send("cancel by client id", ix, &[&key]).is_some(), !mine.is_empty());
    }

    /// Anyone takes what has expired off the book.
    pub fn prune(&mut self) {
        let (of, instrument, now) = (self.anyone(), self.instrument(), self.svm.now());
        let expired = self.orders_of(of, instrument).iter().filter(|(_, o)| o.is_expired(now)).count();
        let ix = instruction::prune_expired(&self.svm.exchange, &self.traders[of].margin, instrument, u16::MAX);
        if self.send("prune", ix, &[]).is_some() {
            let left = self.orders_of(of, instrument).iter().filter(|(_, o)| o.is_expired(now)).count();
            assert!(left == 0 || left < expired);
        }
    }
}
