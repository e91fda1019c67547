//! Events: one an instruction, packed. Emitted with `sol_log_data`: eight bytes of discriminator, then the struct.

#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::{
    FeeParams, FundingParams, GroupParams, InstrumentLimits, InterestParams, MarginParams, TokenParams,
    UnderlyingParams, WithdrawalLimit,
};
use solana_address::Address;

/// Declares an event whose bytes are its layout.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => { $(
        $(#[$doc])*
        #[cfg_attr(feature = "program", event(bytemuck))]
        #[cfg_attr(not(feature = "program"), derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable), repr(C))]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        impl $name {
            /// The event's name, from which its discriminator is made: the first eight bytes of the
            /// SHA-256 of "event:" and it.
            pub const NAME: &'static str = stringify!($name);
        }
    )* };
}

events! {
    /// An exchange was made.
    ExchangeInitialized {
        /// The exchange.
        exchange: Address,
        /// Its admin.
        admin: Address,
        /// Its id.
        id: u64,
    }
    /// The board grew.
    BoardGrown {
        /// The exchange.
        exchange: Address,
        /// Bytes it has now.
        len: u64,
        /// Bytes it will have when it is complete.
        full: u64,
    }
    /// A product group was set.
    ProductGroupSet {
        /// The exchange.
        exchange: Address,
        /// Name.
        name: [u8; 16],
        /// The parameters.
        params: GroupParams,
        /// Which.
        group: u64,
    }
    /// An underlying was listed.
    UnderlyingListed {
        /// The exchange.
        exchange: Address,
        /// Name.
        name: [u8; 16],
        /// Its index.
        underlying: u64,
    }
    /// A collateral token was listed.
    CollateralListed {
        /// The exchange.
        exchange: Address,
        /// Its mint.
        mint: Address,
        /// Its index.
        token: u32,
        /// Its underlying.
        underlying: u32,
    }
    /// An instrument was listed.
    InstrumentListed {
        /// The exchange.
        exchange: Address,
        /// Its market.
        market: Address,
        /// Name.
        name: [u8; 16],
        /// Its index.
        instrument: u32,
        /// Its underlying.
        underlying: u32,
    }
    /// A market grew.
    MarketGrown {
        /// The market.
        market: Address,
        /// Bytes it has now.
        len: u64,
    }
    /// The pause bits changed.
    PauseSet {
        /// The exchange.
        exchange: Address,
        /// Who changed them.
        authority: Address,
        /// All bits, after the change.
        pause: u64,
    }
    /// The insurance fund was given something.
    InsuranceFunded {
        /// The exchange.
        exchange: Address,
        /// Amount, quote-native.
        amount: i64,
        /// The fund after it.
        insurance: i64,
    }
    /// A margin account was opened.
    MarginAccountOpened {
        /// The account.
        margin: Address,
        /// Its owner.
        owner: Address,
        /// Its sub-id.
        sub_id: u32,
        /// The one underlying of an isolated account, index + 1; 0 for a cross-margin account.
        isolated_underlying: u32,
    }
    /// A margin account was closed.
    MarginAccountClosed {
        /// The account.
        margin: Address,
        /// Its owner.
        owner: Address,
    }
    /// Something was deposited.
    Deposited {
        /// The account.
        margin: Address,
        /// The mint.
        mint: Address,
        /// Amount, in the mint's smallest unit.
        amount: u64,
        /// What the account has of it now.
        balance: i64,
        /// Interest that the account was paid for what it lends.
        interest_earned: i64,
        /// Interest that it paid for what it owes.
        interest_paid: i64,
    }
    /// Something was withdrawn.
    Withdrawn {
        /// The account.
        margin: Address,
        /// The mint.
        mint: Address,
        /// Amount, in the mint's smallest unit.
        amount: u64,
        /// What the account has of it now.
        balance: i64,
        /// Interest that the account was paid for what it lends.
        interest_earned: i64,
        /// Interest that it paid for what it owes.
        interest_paid: i64,
    }
    /// A new price is on the board.
    UnderlyingRefreshed {
        /// The exchange.
        exchange: Address,
        /// Price of a delta unit, scaled.
        price: i64,
        /// Stable price, scaled.
        stable_price: i64,
        /// When it was published.
        publish_time: i64,
        /// Which underlying.
        underlying: u64,
    }
    /// An order was cancelled.
    OrderCancelled {
        /// The account.
        margin: Address,
        /// The order's sequence number.
        sequence: u64,
        /// The owner's own number for it.
        client_id: u64,
        /// Lots that were left of it.
        lots: i64,
        /// The instrument.
        instrument: u64,
    }
    /// All orders in a market were cancelled.
    OrdersCancelled {
        /// The account.
        margin: Address,
        /// How many.
        count: u32,
        /// The instrument.
        instrument: u32,
    }
    /// Orders of an account that had expired were taken off the book.
    OrdersPruned {
        /// The account.
        margin: Address,
        /// How many.
        count: u32,
        /// The instrument.
        instrument: u32,
    }
    /// A market's totals were swept into the treasury.
    Swept {
        /// The market.
        market: Address,
        /// Fees, quote-native.
        fees: i64,
    }
    /// A position was taken over.
    Liquidated {
        /// The account that was below maintenance.
        margin: Address,
        /// The liquidator's account.
        liquidator: Address,
        /// Lots taken over, signed as the position was.
        lots: i64,
        /// Their value at the mark, quote-native.
        mark_value: i64,
        /// Discount to the mark, quote-native.
        discount: i64,
        /// Part of it that went to the insurance fund.
        insurance: i64,
        /// Equity before.
        equity_before: i64,
        /// Maintenance margin before.
        maintenance_before: i64,
        /// Equity after.
        equity_after: i64,
        /// Maintenance margin after.
        maintenance_after: i64,
        /// Bad debt paid by the insurance fund.
        bad_debt: i64,
        /// Bad debt left, because the fund was empty.
        uncovered: i64,
        /// Orders of the account that were cancelled.
        orders_cancelled: u32,
        /// The instrument.
        instrument: u32,
    }
    /// Tokens were bought of an account below maintenance that owed cash.
    TokensLiquidated {
        /// The account that was below maintenance.
        margin: Address,
        /// The liquidator's account.
        liquidator: Address,
        /// Amount, in the token's smallest units.
        amount: u64,
        /// Its value at the index price, quote-native.
        value: i64,
        /// Discount to that, quote-native.
        discount: i64,
        /// Part of it that went to the insurance fund.
        insurance: i64,
        /// Equity before.
        equity_before: i64,
        /// Maintenance margin before.
        maintenance_before: i64,
        /// Equity after.
        equity_after: i64,
        /// Maintenance margin after.
        maintenance_after: i64,
        /// Bad debt paid by the insurance fund.
        bad_debt: i64,
        /// Bad debt left, because the fund was empty.
        uncovered: i64,
        /// The token.
        token: u64,
    }
    /// An account's equity is below its warning level: the owner should deposit or reduce.
    MarginCalled {
        /// The account.
        margin: Address,
        /// Its equity, quote-native.
        equity: i64,
        /// Its maintenance margin, quote-native.
        maintenance: i64,
    }
    /// The insurance fund paid an account's bad debt.
    BadDebtResolved {
        /// The account.
        margin: Address,
        /// Paid by the fund.
        paid: i64,
        /// Left, because the fund was empty.
        uncovered: i64,
        /// Interest that the account owed and nobody will pay.
        interest_written_off: i64,
    }
    /// Interest of an account was accrued, collected and paid, and what it lends and owes counted anew.
    InterestAccrued {
        /// The account.
        margin: Address,
        /// Interest that it was paid for what it lends.
        earned: i64,
        /// Interest that it paid for what it owes.
        paid: i64,
        /// Interest that it still has to pay.
        accrued: i64,
        /// What it lends now.
        lent: i64,
        /// What it owes now.
        owed: i64,
    }
    /// The borrow rate was set, and an epoch of lending divided if it was over.
    InterestUpdated {
        /// The exchange.
        exchange: Address,
        /// Interest on one owed unit since the beginning, 2^-48.
        borrow_index: u64,
        /// Interest on one owed unit a second from now on, 2^-48.
        borrow_rate: u64,
        /// Interest paid to one lent unit since the beginning, 2^-48.
        lend_index: u64,
        /// What lenders got of the interest collected.
        given: i64,
        /// What the exchange got.
        reserve: i64,
        /// What all accounts lend.
        lent: i64,
        /// What all accounts owe.
        owed: i64,
        /// Number of the epoch that now runs.
        epoch: u64,
    }
    /// The parameters of interest were set.
    InterestSet {
        /// The exchange.
        exchange: Address,
        /// The parameters.
        params: InterestParams,
    }
    /// A volatility surface was made.
    SurfaceOpened {
        /// The exchange.
        exchange: Address,
        /// The surface.
        surface: Address,
        /// The underlying.
        underlying: u64,
    }
    /// A surface's publishers were named.
    PublishersSet {
        /// The surface.
        surface: Address,
        /// How many.
        count: u64,
    }
    /// An expiry was added to a surface.
    ExpiryOpened {
        /// The surface.
        surface: Address,
        /// The expiry, seconds.
        expiry: i64,
        /// Volatility at the money that it was listed with, millionths.
        level: u64,
    }
    /// A publisher said what it takes a smile to be; the smile in force follows.
    VolatilityPublished {
        /// The surface.
        surface: Address,
        /// The publisher.
        publisher: Address,
        /// The expiry, seconds.
        expiry: i64,
        /// Volatility at the money in force, millionths.
        level: u32,
        /// Skew in force, millionths.
        skew: i32,
        /// Curvature in force, millionths.
        curvature: i32,
        /// Publishers that counted.
        publishers: u32,
    }
    /// A delegate's permissions were set or, with none, taken away.
    DelegateSet {
        /// The account.
        margin: Address,
        /// The delegate.
        delegate: Address,
        /// Time up to which, seconds; 0 where they were taken away.
        expires_at: i64,
        /// What, bits of [`crate::state::permission`].
        permissions: u64,
    }
    /// Cash was moved between two accounts of one owner.
    CashTransferred {
        /// The giving account.
        from: Address,
        /// The receiving account.
        to: Address,
        /// Amount, quote-native.
        amount: i64,
        /// Cash of the giving account after it.
        from_cash: i64,
        /// Cash of the receiving account after it.
        to_cash: i64,
    }
    /// A position, or a part of one, was moved between two accounts of one owner.
    PositionTransferred {
        /// The giving account.
        from: Address,
        /// The receiving account.
        to: Address,
        /// Lots, signed as the position was.
        lots: i64,
        /// What they cost the giver, signed like the lots, quote-native.
        value: i64,
        /// The instrument.
        instrument: u64,
    }
    /// Risk arrays of options were made anew.
    OptionsRefreshed {
        /// The exchange.
        exchange: Address,
        /// Index price that they were made at, scaled.
        price: i64,
        /// The underlying.
        underlying: u32,
        /// How many.
        count: u32,
    }
    /// The premium of a market was sampled.
    MarketSampled {
        /// The market.
        market: Address,
        /// The bucket: its time divided by 60 s.
        bucket: i64,
        /// Premium of the impact prices over the index, millionths, clamped.
        premium: i64,
        /// The funding index after it, scaled.
        funding_index: i64,
        /// The basis that the next repricing uses, millionths.
        basis: i64,
        /// The instrument.
        instrument: u64,
    }
    /// A print became a sample of a settlement price.
    SettlementSampled {
        /// The exchange.
        exchange: Address,
        /// The expiry, seconds.
        expiry: i64,
        /// Price of a delta unit, scaled.
        price: i64,
        /// The underlying.
        underlying: u32,
        /// Which sample, from 1 to 30.
        sample: u32,
    }
    /// Instruments of an expiry were settled.
    ExpirySettled {
        /// The exchange.
        exchange: Address,
        /// The expiry, seconds.
        expiry: i64,
        /// Settlement price of a delta unit, scaled.
        price: i64,
        /// The underlying.
        underlying: u32,
        /// Samples that the price is the mean of; 0 where it is the board's.
        samples: u32,
        /// How many instruments.
        count: u64,
    }
    /// A position in a settled instrument was turned into cash.
    PositionSettled {
        /// The account.
        margin: Address,
        /// Lots that were held, signed.
        lots: i64,
        /// What they were worth, quote-native, of their sign.
        value: i64,
        /// Funding settled, quote-native, positive where it was received.
        funding: i64,
        /// Orders that were cancelled.
        orders_cancelled: u32,
        /// The instrument.
        instrument: u32,
    }
    /// An instrument was taken off the board.
    InstrumentDelisted {
        /// The exchange.
        exchange: Address,
        /// Its market, closed.
        market: Address,
        /// Fees and dust swept, quote-native.
        swept: i64,
        /// The slot that is free.
        instrument: u32,
        /// The generation that ended.
        generation: u32,
    }
    /// A perpetual was given an expiry.
    PerpetualWoundDown {
        /// The exchange.
        exchange: Address,
        /// When it is settled, seconds.
        settles_at: i64,
        /// The instrument.
        instrument: u64,
    }
    /// An instruction that waits for the timelock was proposed.
    ChangeProposed {
        /// The exchange.
        exchange: Address,
        /// The pending change, which has the instruction's data.
        change: Address,
        /// The account that it is about where its data do not say it.
        subject: Address,
        /// The admin's own number for it.
        nonce: u64,
        /// From when it may be executed, seconds.
        not_before: i64,
        /// Until when, seconds.
        expires_at: i64,
        /// The instruction's discriminator.
        instruction: u64,
    }
    /// A proposal was withdrawn.
    ChangeCancelled {
        /// The exchange.
        exchange: Address,
        /// The pending change.
        change: Address,
        /// The admin's own number for it.
        nonce: u64,
    }
    /// The timelock was set.
    TimelockSet {
        /// The exchange.
        exchange: Address,
        /// Seconds before.
        before: u32,
        /// Seconds now.
        seconds: u32,
    }
    /// Somebody was nominated for an authority.
    AuthorityNominated {
        /// The exchange.
        exchange: Address,
        /// Who; all zero where a nomination was withdrawn.
        who: Address,
        /// Which, see `args::authority`.
        kind: u64,
    }
    /// An authority changed hands.
    AuthorityAccepted {
        /// The exchange.
        exchange: Address,
        /// Who had it.
        before: Address,
        /// Who has it.
        who: Address,
        /// Which, see `args::authority`.
        kind: u64,
    }
    /// The fees changed.
    FeesChanged {
        /// The exchange.
        exchange: Address,
        /// The fees.
        fees: FeeParams,
    }
    /// The margin parameters changed.
    MarginChanged {
        /// The exchange.
        exchange: Address,
        /// The parameters.
        params: MarginParams,
    }
    /// An underlying changed. The board has all of it.
    UnderlyingChanged {
        /// The exchange.
        exchange: Address,
        /// Id of its first feed.
        feed_id: [u8; 32],
        /// Name.
        name: [u8; 16],
        /// Risk parameters before.
        before: UnderlyingParams,
        /// Risk parameters now.
        params: UnderlyingParams,
        /// Its index.
        underlying: u64,
    }
    /// The least scan range of an underlying was raised by the risk authority.
    ScanRangeRaised {
        /// The exchange.
        exchange: Address,
        /// Before, millionths.
        before: u32,
        /// Now, millionths.
        scan_range: u32,
        /// The underlying.
        underlying: u64,
    }
    /// A raise of the least scan range of an underlying was taken back by the admin.
    ScanRangeRelaxed {
        /// The exchange.
        exchange: Address,
        /// Before, millionths.
        before: u32,
        /// Now, millionths.
        scan_range: u32,
        /// The underlying.
        underlying: u64,
    }
    /// An instrument's limits changed.
    InstrumentChanged {
        /// The exchange.
        exchange: Address,
        /// Its limits.
        limits: InstrumentLimits,
        /// Its funding and basis.
        funding: FundingParams,
        /// The instrument.
        instrument: u32,
        /// 1 where only reducing trades are allowed.
        reduce_only: u32,
    }
    /// A collateral token's limits changed.
    CollateralChanged {
        /// The exchange.
        exchange: Address,
        /// Its mint.
        mint: Address,
        /// The parameters.
        params: TokenParams,
        /// Its index.
        token: u64,
    }
    /// The limit on the net outflow of a mint was set.
    WithdrawalLimitSet {
        /// The exchange.
        exchange: Address,
        /// The mint.
        mint: Address,
        /// The limit.
        params: WithdrawalLimit,
        /// The token's index; `QUOTE_TOKEN` for the quote currency.
        token: u64,
    }
    /// The breaker of an underlying was tripped.
    BreakerTripped {
        /// The exchange.
        exchange: Address,
        /// No new risk before this time, seconds.
        halted_until: i64,
        /// Guards that are up, bits of `ballast_risk::guard::flag`.
        flags: u32,
        /// The underlying.
        underlying: u32,
    }
}

impl InstrumentChanged {
    /// The event of an instrument as it is now.
    pub fn of(exchange: &Address, i: &ballast_risk::Instrument) -> Self {
        Self {
            exchange: *exchange,
            limits: i.limits,
            funding: i.funding,
            instrument: u32::from(i.index),
            reduce_only: u32::from(i.reduce_only),
        }
    }
}

impl CollateralChanged {
    /// The event of a token as it is now.
    pub fn of(exchange: &Address, token: u16, t: &ballast_risk::Token) -> Self {
        Self { exchange: *exchange, mint: Address::new_from_array(t.mint), params: t.params, token: u64::from(token) }
    }
}

/// One match of an order.
#[cfg_attr(feature = "program", derive(AnchorSerialize, IdlType))]
#[derive(Clone, Copy, Debug)]
pub struct FillRecord {
    /// The maker's account.
    pub maker: Address,
    /// Sequence number of the maker's order.
    pub maker_sequence: u64,
    /// The maker's own number for it.
    pub maker_client_id: u64,
    /// Price, ticks.
    pub price: i64,
    /// Lots.
    pub lots: i64,
    /// Fee of the maker, negative for a rebate.
    pub maker_fee: i64,
}

/// One leg of a block trade, from the first account's side.
#[cfg_attr(feature = "program", derive(AnchorSerialize, IdlType))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegRecord {
    /// The instrument.
    pub instrument: u16,
    /// Lots, positive bought, negative sold.
    pub lots: i64,
    /// Price, ticks.
    pub price: i64,
    /// Value, signed like the lots, quote-native.
    pub value: i64,
}

/// A block was traded. Borsh layout: the legs follow with their number.
#[cfg_attr(feature = "program", event)]
pub struct BlockTraded {
    /// The first account, from whose side the legs are.
    pub margin_a: Address,
    /// The second account.
    pub margin_b: Address,
    /// The quote's number.
    pub nonce: u64,
    /// Fee of either side, quote-native.
    pub fee: i64,
    /// The legs.
    pub legs: alloc::vec::Vec<LegRecord>,
}

/// What a maker paid the taker because he could not carry a fill.
#[cfg_attr(feature = "program", derive(AnchorSerialize, IdlType))]
#[derive(Clone, Copy, Debug)]
pub struct PenaltyRecord {
    /// The maker's account.
    pub maker: Address,
    /// Amount, quote-native, positive.
    pub amount: i64,
}

/// An order that was cancelled.
#[cfg_attr(feature = "program", derive(AnchorSerialize, IdlType))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelRecord {
    /// Its sequence number.
    pub sequence: u64,
    /// The owner's own number for it.
    pub client_id: u64,
    /// Lots that were left of it.
    pub lots: i64,
}

/// What became of an order that was placed.
#[cfg_attr(feature = "program", derive(AnchorSerialize, IdlType))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceRecord {
    /// Sequence number under which the remainder rests; 0 if nothing does.
    pub sequence: u64,
    /// Where it rests, for cancelling; 0 if nothing does.
    pub handle: u32,
    /// 0 bid, 1 ask.
    pub side: u8,
    /// Resting orders of others that were cancelled because their maker could not carry the fill.
    pub makers_cancelled: u8,
    /// How many of the event's matches are this order's: they follow those of the orders before it.
    pub fills: u8,
    /// The owner's own number for it.
    pub client_id: u64,
    /// Limit price that it had in the book, ticks.
    pub price: i64,
    /// Lots matched.
    pub filled: i64,
    /// Value matched, quote-native.
    pub value: i64,
    /// Fee of the taker.
    pub fee: i64,
    /// Lots that rest.
    pub resting: i64,
}

/// An order was placed, matched or both. Borsh layout: fills and penalties follow with their numbers.
#[cfg_attr(feature = "program", event)]
pub struct OrderPlaced {
    /// The account.
    pub margin: Address,
    /// Sequence number under which the remainder rests; 0 if nothing does.
    pub sequence: u64,
    /// Where it rests, for cancelling; 0 if nothing does.
    pub handle: u32,
    /// The instrument.
    pub instrument: u16,
    /// 0 bid, 1 ask.
    pub side: u8,
    /// Resting orders of others that were cancelled because their maker could not carry the fill.
    pub makers_cancelled: u8,
    /// The owner's own number for it.
    pub client_id: u64,
    /// Limit price that it had in the book, ticks.
    pub price: i64,
    /// Lots matched.
    pub filled: i64,
    /// Value matched, quote-native.
    pub value: i64,
    /// Fee of the taker.
    pub fee: i64,
    /// Lots that rest.
    pub resting: i64,
    /// The matches.
    pub fills: alloc::vec::Vec<FillRecord>,
    /// What makers paid the account.
    pub penalties: alloc::vec::Vec<PenaltyRecord>,
}

/// An order took another one's place. Borsh layout.
#[cfg_attr(feature = "program", event)]
pub struct OrderReplaced {
    /// The account.
    pub margin: Address,
    /// The instrument.
    pub instrument: u16,
    /// The order that is gone, or that was reduced in place: then the new one has its sequence number.
    pub replaced: CancelRecord,
    /// The order in its place.
    pub placed: PlaceRecord,
    /// The matches.
    pub fills: alloc::vec::Vec<FillRecord>,
    /// What makers paid the account.
    pub penalties: alloc::vec::Vec<PenaltyRecord>,
}

/// Orders of one market were cancelled and placed at once. Borsh layout.
#[cfg_attr(feature = "program", event)]
pub struct OrdersBatched {
    /// The account.
    pub margin: Address,
    /// The instrument.
    pub instrument: u16,
    /// The orders that were cancelled, as they were named.
    pub cancelled: alloc::vec::Vec<CancelRecord>,
    /// The orders that were placed, as they were given.
    pub placed: alloc::vec::Vec<PlaceRecord>,
    /// The matches, those of the first order first.
    pub fills: alloc::vec::Vec<FillRecord>,
    /// What makers paid the account.
    pub penalties: alloc::vec::Vec<PenaltyRecord>,
}

macro_rules! names {
    ($($name:ident),*) => { $(
        impl $name {
            /// The event's name, from which its discriminator is made.
            pub const NAME: &'static str = stringify!($name);
        }
    )* };
}
names!(OrderPlaced, OrderReplaced, OrdersBatched);
