//! The reconciliation: what the vaults hold is what everybody has, and what tests ask beyond it.

use crate::Svm;
use ballast_client::{
    account::{Layout, decode, discriminator},
    ballast::state::MarginAccount,
    book::Side,
    reconcile::Reconciliation,
    risk::{Board, Lots, Ticks},
};
use solana_address::Address;
use std::collections::BTreeMap;

/// Margin accounts with their addresses.
type Margins = Vec<(Address, Box<MarginAccount>)>;

/// What an account's orders in one market come to: bids, asks.
#[derive(Debug, Default, PartialEq, Eq)]
struct OrderTotals {
    lots: [i64; 2],
    values: [i64; 2],
    count: u32,
}

impl Svm {
    /// Adds up the vault, the treasury, all accounts and all markets.
    pub fn reconcile(&self) -> Reconciliation {
        self.sums(&self.board().board, &self.margins())
    }

    /// Asserts the reconciliation to the unit: of dollars, of interest and funding, of tokens, of orders.
    pub fn assert_reconciled(&self) {
        let (board, margins) = (self.board(), self.margins());
        let sums = self.sums(&board.board, &margins);
        assert!(sums.holds(), "difference {}: {sums:#?}", sums.difference());
        self.assert_interest_is_there();
        self.assert_losses_are_due(&board.board, &margins);
        self.assert_funding_can_be_paid(&board.board, &margins);
        self.assert_tokens_reconciled(&board.board, &margins);
        self.assert_orders_reconciled(&board.board, &margins);
    }

    fn sums(&self, board: &Board, margins: &Margins) -> Reconciliation {
        let vault = self.token_amount(&self.exchange.vault(&self.usdc));
        let mut sums = Reconciliation::new(vault, &self.treasury());
        sums.add_board(board);
        for (_, margin) in margins {
            sums.add_account(margin);
        }
        for i in board.instruments.iter().filter(|i| i.is_listed()) {
            sums.add_market(&self.market(i.index).header);
        }
        sums
    }

    /// Asserts that interest that is not divided yet is a part of what lenders have coming.
    fn assert_interest_is_there(&self) {
        let lending = self.treasury().lending;
        let undivided = (0..=lending.lender_interest.get()).contains(&lending.undivided.get());
        assert!(undivided, "undivided interest is there: {lending:?}");
    }

    /// Asserts that what was charged to lent cash is still to come from those who lend.
    fn assert_losses_are_due(&self, board: &Board, margins: &Margins) {
        let receivable = self.treasury().lending.receivable.get();
        let due = |m: &MarginAccount| m.portfolio.losses_due(&board.interest).expect("the losses are computed").get();
        let due: i64 = margins.iter().map(|(_, m)| due(m)).sum();
        assert!((0..=due).contains(&receivable), "lenders owe what was charged to them: {due} of {receivable}");
    }

    /// Asserts that each market has what every position would settle now, as it would be rounded.
    fn assert_funding_can_be_paid(&self, board: &Board, margins: &Margins) {
        let mut due = BTreeMap::<u16, i128>::new();
        for p in margins.iter().flat_map(|(_, margin)| margin.portfolio.open()) {
            let i = board.instrument(p.key.instrument()).expect("a listed instrument");
            let scale = board.underlying(i.underlying).expect("a listed underlying").scale();
            let unsettled = p.unsettled(i).expect("the funding is computed") >> scale;
            *due.entry(i.index).or_default() += i128::from(unsettled);
        }
        for i in board.instruments.iter().filter(|i| i.is_listed()) {
            let unpaid = i128::from(self.market(i.index).header.unpaid_funding.get());
            let due = due.get(&i.index).copied().unwrap_or_default();
            assert!(unpaid >= due, "a market can pay all funding that is due: {due} of {unpaid} in {}", i.index);
        }
    }

    /// Asserts that each token's vault holds what the accounts hold, and that the treasury counts it.
    fn assert_tokens_reconciled(&self, board: &Board, margins: &Margins) {
        let treasury = self.treasury();
        for (index, token) in (0u16..).zip(&board.tokens).filter(|(_, t)| t.is_listed()) {
            let held: u64 = margins.iter().map(|(_, m)| m.portfolio.balance(index)).sum();
            let vault = self.token_amount(&Address::new_from_array(token.vault));
            assert_eq!(held, vault, "the vault of token {index} holds what the accounts hold");
            assert_eq!(treasury.token_deposits[usize::from(index)], vault, "and the treasury counts it");
        }
    }

    /// Asserts that every book is sound, and that what accounts count of their orders is what rests.
    fn assert_orders_reconciled(&self, board: &Board, margins: &Margins) {
        let mut resting = BTreeMap::<(Address, u16), OrderTotals>::new();
        for i in board.instruments.iter().filter(|i| i.is_listed()) {
            let market = self.market(i.index);
            let book = market.book().expect("the book decodes");
            book.check_invariants().expect("the book is sound");
            for order in Side::BOTH.into_iter().flat_map(|side| book.orders(side)) {
                let (_, order) = order.expect("a sound order");
                let owner = Address::new_from_array(*order.owner.as_bytes());
                let totals = resting.entry((owner, i.index)).or_default();
                totals.count += 1;
                if order.is_reduce_only() {
                    continue;
                }
                let value = i
                    .value_at(Lots::new(order.lots.get()), Ticks::new(order.price_ticks.get()))
                    .expect("a value")
                    .get();
                let side = usize::from(order.side() == Ok(Side::Ask));
                totals.lots[side] += order.lots.get();
                totals.values[side] += value;
            }
        }
        for (address, margin) in margins {
            for p in margin.portfolio.open() {
                let counted = OrderTotals {
                    lots: [p.bid_lots.get(), p.ask_lots.get()],
                    values: [p.bid_value.get(), p.ask_value.get()],
                    count: p.order_count,
                };
                let rests = resting.remove(&(*address, p.key.instrument())).unwrap_or_default();
                assert_eq!(
                    counted,
                    rests,
                    "what {address} counts of its orders in {} is what rests",
                    p.key.instrument()
                );
                assert!(!p.is_empty(), "a position slot of {address} is in use and empty");
            }
        }
        assert!(resting.is_empty(), "orders of nobody: {:?}", resting.keys());
    }

    /// Every margin account of this exchange, with its address.
    fn margins(&self) -> Margins {
        let exchange = self.exchange.address;
        self.program_accounts()
            .into_iter()
            .filter(|(_, a)| a.data.starts_with(&discriminator(MarginAccount::NAME)))
            .map(|(address, a)| (address, decode::<MarginAccount>(&a.data).expect("a margin account")))
            .filter(|(_, m)| m.exchange == exchange)
            .collect()
    }
}
