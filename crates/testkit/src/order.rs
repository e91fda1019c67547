//! Orders in words.

use crate::Svm;
use ballast_client::{
    ballast::args::{OrderArgs, order_kind, self_trade},
    terms::{Side, Terms},
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
        Self::new(svm, instrument, Side::Buy, price, lots)
    }

    /// A limit order to sell at a price in dollars per whole asset.
    pub fn sell(svm: &Svm, instrument: u16, price: &str, lots: i64) -> Self {
        Self::new(svm, instrument, Side::Sell, price, lots)
    }

    fn new(svm: &Svm, instrument: u16, side: Side, price: &str, lots: i64) -> Self {
        let terms = Terms::of(&svm.board().board, instrument).expect("a listed instrument");
        let price = terms.ticks(price).expect("a price of whole ticks");
        Self { instrument, args: terms.limit(side, price, lots) }
    }

    /// Post-only.
    pub fn post_only(mut self) -> Self {
        self.args.kind = order_kind::POST_ONLY;
        self
    }

    /// Immediate-or-cancel.
    pub fn immediate(mut self) -> Self {
        self.args.kind = order_kind::IMMEDIATE_OR_CANCEL;
        self
    }

    /// Fill-or-kill.
    pub fn fill_or_kill(mut self) -> Self {
        self.args.kind = order_kind::FILL_OR_KILL;
        self
    }

    /// A market order to buy.
    pub fn market_buy(instrument: u16, lots: i64) -> Self {
        Self::market(instrument, 0, lots)
    }

    /// A market order to sell.
    pub fn market_sell(instrument: u16, lots: i64) -> Self {
        Self::market(instrument, 1, lots)
    }

    fn market(instrument: u16, side: u8, lots: i64) -> Self {
        let args = OrderArgs {
            side,
            kind: order_kind::MARKET,
            self_trade: self_trade::ABORT,
            reduce_only: 0,
            price: 0,
            lots,
            client_id: 0,
            expires_at: 0,
        };
        Self { instrument, args }
    }

    /// Post-only, sliding behind what it would trade with.
    pub fn slide(mut self) -> Self {
        self.args.kind = order_kind::POST_ONLY_SLIDE;
        self
    }

    /// Reduce-only.
    pub fn reduce_only(mut self) -> Self {
        self.args.reduce_only = 1;
        self
    }

    /// With a time at which it expires.
    pub fn until(mut self, expires_at: i64) -> Self {
        self.args.expires_at = expires_at;
        self
    }

    /// With the owner's own number.
    pub fn client_id(mut self, client_id: u64) -> Self {
        self.args.client_id = client_id;
        self
    }

    /// With a self-trade mode.
    pub fn self_trade(mut self, mode: u8) -> Self {
        self.args.self_trade = mode;
        self
    }
}
