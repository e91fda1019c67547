//! Liquidations on the order book.

use super::world::{CROWD, World};
use ballast_client::{
    ballast::{
        args::{OrderArgs, OrderKind},
        events::LiquidatedOnBook,
    },
    book::Side,
    event, instruction,
};
use solana_signer::Signer;

impl World {
    /// Somebody tries to close a part of a position on the book, of an account below maintenance where there is one.
    pub fn liquidate_on_book(&mut self) {
        let below = |w: &Self, t: &usize| w.svm.requirements(&w.traders[*t]).is_liquidatable();
        let candidates: Vec<usize> = (0..self.traders.len()).filter(|t| below(self, t)).collect();
        let of = match candidates.as_slice() {
            [] => self.anyone(),
            some => some[self.random.below(some.len() as u64) as usize],
        };
        let by = (self.anyone() + 1) % CROWD;
        let was = self.svm.portfolio(&self.traders[of]);
        let held: Vec<_> = was.open().iter().filter(|p| !p.lots.is_zero()).collect();
        if by == of || held.is_empty() {
            return;
        }
        let position = held[self.random.below(held.len() as u64) as usize];
        let instrument = position.key.instrument();
        let side = if position.lots.get() > 0 { Side::Ask } else { Side::Bid };
        if of != CROWD && self.random.one_in(2) {
            self.quote_at_the_mark(instrument, side.opposite());
        }
        let mut makers = self.makers(of, instrument, side as u8);
        makers.retain(|m| *m != by);
        let lots = if self.random.one_in(2) { i64::MAX } else { self.random.between(1, 50) };
        let (l, m, addresses) = (&self.traders[by], &self.traders[of], self.margins_of(&makers));
        let (e, who) = (&self.svm.exchange, l.address());
        let ix = instruction::liquidate_on_book(e, &who, &l.margin, &m.margin, instrument, &addresses, lots);
        let (key, mut before) = (l.key.insecure_clone(), self.portfolios());
        let Some(sent) = self.send("liquidate on book", ix, &[&key]) else { return };

        let did = &event::find::<LiquidatedOnBook>(&sent.log)[0];
        assert!(did.equity_before < did.maintenance_before, "only below maintenance");
        assert!(did.maintenance_after < did.maintenance_before, "margin falls");
        assert!(did.lots != 0 && did.lots.abs() <= lots && did.lots.signum() == position.lots.get().signum());
        let penalties: i64 = did.penalties.iter().map(|p| p.amount).sum();
        let lost = did.equity_before - did.equity_after + penalties;
        assert!(did.reward >= 0 && lost <= did.discount, "it costs at most the discount: {did:?}");
        assert!(did.equity_before <= 0 || did.equity_after > 0, "no debt comes of it");
        // The caller has the reward, and what interest it earned.
        let caller = self.svm.portfolio(&self.traders[by]);
        assert!(caller.open() == before[by].open() && caller.balances == before[by].balances);
        before[by] = caller;
        self.assert_others(&before, of, &makers, &did.fills, &did.penalties);
    }

    /// The crowd quotes at the mark what an account below maintenance may close at.
    fn quote_at_the_mark(&mut self, instrument: u16, side: Side) {
        let board = self.svm.board();
        let i = board.board.instrument(instrument).unwrap();
        let mark = i.mark_ticks_floor(board.board.underlying(i.underlying).unwrap(), self.svm.now()).get();
        let lots = self.random.between(10, 200);
        let args = OrderArgs::post_only(side, mark.max(1), lots).kind(OrderKind::PostOnlySlide);
        let key = self.traders[CROWD].key.insecure_clone();
        let t = self.traders[CROWD].margin;
        let ix = instruction::place_order(&self.svm.exchange, &key.pubkey(), &t, instrument, &[], &args);
        self.send("order", ix, &[&key]);
    }
}
