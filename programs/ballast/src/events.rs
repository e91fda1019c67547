//! Events: one an instruction, packed. Emitted with `sol_log_data`: eight bytes of discriminator, then the struct.

#[cfg(feature = "program")]
use anchor_lang::prelude::*;
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
        /// c, millionths.
        offset: u32,
        /// Which.
        group: u32,
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
        sub_id: u64,
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
        /// Rate a year at no utilisation, millionths.
        base_rate: u32,
        /// Rate at the optimal utilisation.
        optimal_rate: u32,
        /// Rate at full utilisation.
        max_rate: u32,
        /// Utilisation at which the two lines meet.
        optimal_utilisation: u32,
        /// Utilisation up to which withdrawals may borrow.
        max_utilisation: u32,
        /// Part that the exchange keeps.
        reserve: u32,
        /// Length of an epoch, seconds.
        epoch_seconds: u64,
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

/// An order was placed, matched or both. Borsh layout: the fills follow with their number.
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
    /// Limit price, ticks.
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
}
