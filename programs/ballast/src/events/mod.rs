//! Events, by family: what an instruction did, in the log of its transaction.
//!
//! An event is one `Program data:` line: eight bytes of discriminator, the first of the SHA-256 of "event:" and its name, then
//! its fields in Borsh's layout.

#[cfg(feature = "borsh")]
use borsh::BorshDeserialize;

/// Declares a struct that has Borsh's layout: its fields in order, integers little endian, a list after its length.
macro_rules! layout {
    ($(#[$attribute:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$attribute])*
        #[cfg_attr(feature = "borsh", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    };
}

/// Declares events: those without lists are `Copy`.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident $(with $lists:ident)? { $($fields:tt)* })*) => { $(
        layout! {
            $(#[$doc])*
            #[cfg_attr(feature = "program", anchor_lang::prelude::event)]
            $name { $($fields)* }
        }
        copy! { $name $($lists)? }
    )* };
}

/// Declares what events have lists of.
macro_rules! records {
    ($($(#[$doc:meta])* $name:ident { $($fields:tt)* })*) => { $(
        layout! {
            $(#[$doc])*
            #[cfg_attr(feature = "program", derive(anchor_lang::prelude::AnchorSerialize, anchor_lang::prelude::IdlType))]
            $name { $($fields)* }
        }
        copy! { $name }
    )* };
}

macro_rules! copy {
    ($name:ident) => {
        impl Copy for $name {}
    };
    ($name:ident lists) => {};
}

// Modules that only a macro declares are not formatted.
mod account;
mod block;
mod exchange;
mod governance;
mod lending;
mod liquidation;
mod listing;
mod market;
mod settlement;
mod surface;
mod trading;

/// Declares what the families have, [`NAMES`], and what reads any event.
macro_rules! families {
    ($($family:ident { $($name:ident),+ $(,)? })+) => {
        $( pub use $family::*; )+

        /// The names of all events, family by family.
        pub const NAMES: &[&str] = &[$( $( stringify!($name), )+ )+];

        $( $(
            #[cfg(feature = "borsh")]
            impl EventData for $name {
                const NAME: &'static str = stringify!($name);
            }
        )+ )+

        /// Any event.
        #[cfg(feature = "borsh")]
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // the structs have docs
        pub enum Event { $( $( $name($name), )+ )+ }

        /// Does the same with every kind of event.
        #[cfg(all(test, feature = "program", feature = "borsh"))]
        pub(crate) fn for_each(test: &impl ForEach) {
            $( $( test.of_kind::<$name>(); )+ )+
        }

        #[cfg(feature = "borsh")]
        impl Event {
            /// Reads an event's bytes; nothing if they are not exactly one event of this program.
            pub fn decode(data: &[u8]) -> Option<Self> {
                let (head, body) = data.split_first_chunk()?;
                match *head {
                    $( $( <$name as EventData>::DISCRIMINATOR => $name::try_from_slice(body).ok().map(Self::$name), )+ )+
                    _ => None,
                }
            }

            /// The event's name.
            pub const fn name(&self) -> &'static str {
                match self { $( $( Self::$name(_) => <$name as EventData>::NAME, )+ )+ }
            }
        }
    };
}

families! {
    exchange { ExchangeInitialized, BoardGrown, PauseSet, InsuranceFunded }
    listing { ProductGroupSet, UnderlyingListed, CollateralListed, InstrumentListed }
    surface { SurfaceOpened, SurfaceChanged, PublishersSet, ExpiryOpened, VolatilityPublished }
    governance {
        ChangeProposed, ChangeCancelled, TimelockSet, AuthorityNominated, AuthorityAccepted, FeesChanged, MarginChanged,
        UnderlyingChanged, ScanRangeRaised, ScanRangeRelaxed, InstrumentChanged, CollateralChanged, WithdrawalLimitSet,
        BreakerTripped,
    }
    account { MarginAccountOpened, MarginAccountClosed, Deposited, Withdrawn, DelegateSet, CashTransferred, PositionTransferred }
    trading { OrderPlaced, OrderReplaced, OrdersBatched, OrderCancelled, OrderEvicted, OrdersCancelled, OrdersPruned }
    block { BlockTraded }
    market { MarketGrown, UnderlyingRefreshed, Swept, OptionsRefreshed, MarketSampled }
    lending { InterestAccrued, InterestUpdated, InterestSet }
    settlement { SettlementSampled, ExpirySettled, PositionSettled, InstrumentDelisted, PerpetualWoundDown }
    liquidation { Liquidated, LiquidatedOnBook, MarginCalled, BadDebtResolved, Noticed, AccountSeized, AccountReleased }
}

/// What every event has.
#[cfg(feature = "borsh")]
pub trait EventData: borsh::BorshSerialize + borsh::BorshDeserialize {
    /// Its name.
    const NAME: &'static str;
    /// The first eight bytes of its data.
    const DISCRIMINATOR: [u8; 8] = discriminator(Self::NAME);

    /// Reads an event of this kind; nothing if the bytes are not exactly one.
    fn decode(data: &[u8]) -> Option<Self> {
        Self::try_from_slice(data.strip_prefix(&Self::DISCRIMINATOR)?).ok()
    }
}

/// What a test does with a kind of event.
#[cfg(all(test, feature = "program", feature = "borsh"))]
pub(crate) trait ForEach {
    /// Does it.
    fn of_kind<T: EventData + anchor_lang::Event + PartialEq + core::fmt::Debug>(&self);
}

#[cfg(feature = "borsh")]
const fn discriminator(name: &str) -> [u8; 8] {
    let digest = sha2_const_stable::Sha256::new().update(b"event:").update(name.as_bytes()).finalize();
    let Some(head) = digest.first_chunk() else { unreachable!() };
    *head
}
