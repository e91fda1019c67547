//! Orders in words.

use crate::Svm;
use ballast_client::{
    ballast::args::{OrderArgs, OrderKind, SelfTrade},
    risk::Side,
    terms::Terms,
};

/// An order to place.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The instrument.
    pub instrument: u16,
    /// The arguments.
    pub args: OrderArgs,
}

impl Order {
    /// A limit order to buy at a price in dollars per whole asset.
    pub fn buy(svm: &Svm, instrument: u16, price: &str, lots: i64) -> Self {
        Self::new(svm, instrument, Side::Bid, price, lots)
    }

    /// A limit order to sell at a price in dollars per whole asset.
    pub fn sell(svm: &Svm, instrument: u16, price: &str, lots: i64) -> Self {
        Self::new(svm, instrument, Side::Ask, price, lots)
    }

    fn new(svm: &Svm, instrument: u16, side: Side, price: &str, lots: i64) -> Self {
        let terms = Terms::of(&svm.board().board, instrument).expect("a listed instrument");
        let price = terms.ticks(price).expect("a price of whole ticks");
        Self { instrument, args: OrderArgs::limit(side, price, lots) }
    }

    /// Post-only.
    pub fn post_only(self) -> Self {
        self.with(|args| args.kind(OrderKind::PostOnly))
    }

    /// Immediate-or-cancel.
    pub fn immediate(self) -> Self {
        self.with(OrderArgs::immediate_or_cancel)
    }

    /// Fill-or-kill.
    pub fn fill_or_kill(self) -> Self {
        self.with(OrderArgs::fill_or_kill)
    }

    /// A market order to buy.
    pub fn market_buy(instrument: u16, lots: i64) -> Self {
        Self { instrument, args: OrderArgs::market(Side::Bid, lots) }
    }

    /// A market order to sell.
    pub fn market_sell(instrument: u16, lots: i64) -> Self {
        Self { instrument, args: OrderArgs::market(Side::Ask, lots) }
    }

    /// Post-only, sliding behind what it would trade with.
    pub fn slide(self) -> Self {
        self.with(OrderArgs::slide)
    }

    /// Reduce-only.
    pub fn reduce_only(self) -> Self {
        self.with(OrderArgs::reduce_only)
    }

    /// With a time at which it expires.
    pub fn until(self, expires_at: i64) -> Self {
        self.with(|args| args.expires_at(expires_at))
    }

    /// With the owner's own number.
    pub fn client_id(self, client_id: u64) -> Self {
        self.with(|args| args.client_id(client_id))
    }

    /// With a self-trade mode.
    pub fn self_trade(self, mode: SelfTrade) -> Self {
        self.with(|args| args.self_trade(mode))
    }

    /// With another change of its arguments, such as a flag that has no word here.
    pub fn with(self, change: impl FnOnce(OrderArgs) -> OrderArgs) -> Self {
        Self { args: change(self.args), ..self }
    }
}
