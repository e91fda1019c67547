//! The reconciliation: what the vault holds is what everybody has.

use crate::Svm;
use ballast_client::{
    account::{Layout, decode, discriminator},
    ballast::state::MarginAccount,
    book::Side,
    risk::{Lots, Ticks},
};
use solana_address::Address;
use std::collections::BTreeMap;

/// vault = Σ (cash + quote) + what settled positions will be paid + treasury + unswept + unpaid funding, in quote-native.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Tokens in the quote vault.
    pub vault: i128,
    /// Cash of all accounts.
    pub cash: i128,
    /// Signed cash flow of all open positions.
    pub quote: i128,
    /// What the positions in settled instruments will be paid: not nothing while only one side was.
    pub settled: i128,
    /// Insurance fund, swept fees, and interest that lenders were not paid yet.
    pub treasury: i128,
    /// Fees not yet swept.
    pub unswept: i128,
    /// Funding and losses that positions have settled into their markets and others have not been paid yet.
    pub unpaid_funding: i128,
    /// Long less short lots, summed over all accounts and the instruments that are not settled.
    pub net_lots: i128,
}

impl Reconciliation {
    /// What is in the vault and belongs to nobody, or is missing: zero.
    pub fn difference(&self) -> i128 {
        self.vault - self.cash - self.quote - self.settled - self.treasury - self.unswept - self.unpaid_funding
    }
}

/// What an account's orders in one market come to: bids, asks.
#[derive(Debug, Default, PartialEq, Eq)]
struct OrderTotals {
    lots: [i64; 2],
    values: [i64; 2],
    count: u32,
}

impl Svm {
    /// Adds up all accounts, and checks open interest and order totals on the way.
    pub fn reconcile(&self) -> Reconciliation {
        let mut sum = Reconciliation::default();
        let treasury = self.treasury();
        sum.vault = i128::from(self.token_amount(&self.exchange.vault(&self.usdc)));
        let lending = treasury.lending;
        let interest_held = i128::from(lending.collected.get()) + i128::from(lending.lender_interest.get());
        sum.treasury = i128::from(treasury.insurance.get()) + i128::from(treasury.fees.get()) + interest_held;
        let (mut lent, mut owed) = (0, 0);
        let mut interest = BTreeMap::<u16, (i64, i64)>::new();
        // What every position would settle now, as it would be rounded.
        let mut unsettled = BTreeMap::<u16, i128>::new();
        let board = self.board();
        for (_, margin) in self.margins() {
            sum.cash += i128::from(margin.portfolio.cash.get());
            lent += margin.portfolio.lent.get();
            owed += margin.portfolio.owed_registered.get();
            for p in margin.portfolio.open() {
                sum.quote += i128::from(p.quote.get());
                let (long, short) = interest.entry(p.key.instrument()).or_default();
                *long += p.lots.get().max(0);
                *short += (-p.lots.get()).max(0);
                let i = board.board.instrument(p.key.instrument()).expect("a listed instrument");
                let scale = board.board.underlying(i.underlying).expect("a listed underlying").scale();
                let due = p.unsettled(i).expect("the funding is computed") >> scale;
                if i.settled == 0 {
                    sum.net_lots += i128::from(p.lots.get());
                } else {
                    sum.settled += i128::from(p.lots.get()) * i128::from(i.fixed.get() >> scale);
                }
                *unsettled.entry(i.index).or_default() += i128::from(due);
            }
        }
        for i in board.board.instruments.iter().filter(|i| i.is_listed()) {
            let market = self.market(i.index).header;
            sum.unswept += i128::from(market.unswept_fees.get());
            let unpaid = i128::from(market.unpaid_funding.get());
            sum.unpaid_funding += unpaid;
            let due = unsettled.get(&i.index).copied().unwrap_or_default();
            assert!(unpaid >= due, "a market can pay all funding that is due: {due} of {unpaid} in {}", i.index);
            let (long, short) = interest.get(&market.instrument).copied().unwrap_or_default();
            assert_eq!(market.open_interest_long.get(), long, "open interest is the sum of the longs");
            assert_eq!(market.open_interest_short.get(), short, "open interest is the sum of the shorts");
        }
        assert_eq!(lending.lent.get(), lent, "what is lent is what the accounts registered");
        assert_eq!(lending.owed.get(), owed, "what is owed is what the accounts registered");
        assert!(
            (0..=lending.lender_interest.get()).contains(&lending.undivided.get()),
            "undivided interest is there: {lending:?}"
        );
        assert_eq!(i128::from(treasury.quote_deposits.get()), sum.vault, "the vault holds deposits less withdrawals");
        sum
    }

    /// Asserts the reconciliation to the unit: of dollars, of tokens, of orders.
    pub fn assert_reconciled(&self) {
        let sum = self.reconcile();
        assert_eq!(sum.difference(), 0, "{sum:?}");
        assert_eq!(sum.net_lots, 0, "{sum:?}");
        self.assert_tokens_reconciled();
        self.assert_orders_reconciled();
    }

    /// Asserts that each token's vault holds what the accounts hold, and that the treasury counts it.
    fn assert_tokens_reconciled(&self) {
        let (board, treasury) = (self.board(), self.treasury());
        for (index, token) in (0u16..).zip(&board.board.tokens).filter(|(_, t)| t.is_listed()) {
            let held: u64 = self.margins().map(|(_, m)| m.portfolio.balance(index)).sum();
            let vault = self.token_amount(&Address::new_from_array(token.vault));
            assert_eq!(held, vault, "the vault of token {index} holds what the accounts hold");
            assert_eq!(treasury.token_deposits[usize::from(index)], vault, "and the treasury counts it");
        }
    }

    /// Asserts that every book is sound, and that what accounts count of their orders is what rests.
    fn assert_orders_reconciled(&self) {
        let mut resting = BTreeMap::<(Address, u16), OrderTotals>::new();
        let board = self.board();
        for i in board.board.instruments.iter().filter(|i| i.is_listed()) {
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
                let value = i.value_at(Lots::new(order.lots), Ticks::new(order.price_ticks)).expect("a value").get();
                let side = usize::from(order.side() == Ok(Side::Ask));
                totals.lots[side] += order.lots;
                totals.values[side] += value;
            }
        }
        for (address, margin) in self.margins() {
            for p in margin.portfolio.open() {
                let counted = OrderTotals {
                    lots: [p.bid_lots.get(), p.ask_lots.get()],
                    values: [p.bid_value.get(), p.ask_value.get()],
                    count: p.order_count,
                };
                let rests = resting.remove(&(address, p.key.instrument())).unwrap_or_default();
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
    fn margins(&self) -> impl Iterator<Item = (Address, Box<MarginAccount>)> {
        let exchange = self.exchange.address;
        self.program_accounts()
            .into_iter()
            .filter(|(_, a)| a.data.starts_with(&discriminator(MarginAccount::NAME)))
            .map(|(address, a)| (address, decode::<MarginAccount>(&a.data).expect("a margin account")))
            .filter(move |(_, m)| m.exchange == exchange)
    }
}
