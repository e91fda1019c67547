//! Instruction arguments, as program and clients share them.
//!
//! An instruction's data is its discriminator, one byte ([`tag`](crate::instruction::tag)), and its arguments in Borsh's
//! layout: integers little endian, arrays without a length.

#[cfg(feature = "program")]
use anchor_lang::prelude::*;
use ballast_risk::{
    ContractTerms, FeeParams, Feed, FundingParams, GroupParams, GuardParams, InstrumentLimits, InterestParams,
    MarginParams, OptionParams, RangeParams, Smile, SurfaceParams, TokenParams, TokenTerms, UnderlyingParams,
    UnderlyingTerms, WithdrawalLimit,
};

/// Declares a struct of integers and byte arrays that can be an instruction's argument.
macro_rules! args {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[cfg_attr(feature = "program", derive(AnchorSerialize, AnchorDeserialize, IdlType))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        impl $name {
            /// Appends the argument's bytes.
            pub fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
                $( Encode::encode(&self.$field, out); )*
            }
        }
    };
}

mod block;
mod exchange;
mod governance;
mod listing;
mod surface;
mod trading;

pub use block::*;
pub use exchange::*;
pub use governance::*;
pub use listing::*;
pub use surface::*;
pub use trading::*;

/// A value with a fixed encoding.
pub trait Encode {
    /// Appends the value's bytes.
    fn encode(&self, out: &mut alloc::vec::Vec<u8>);
}

macro_rules! encode_integers {
    ($($type:ty),*) => { $(
        impl Encode for $type {
            fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
        }
    )* };
}
encode_integers!(u8, u16, u32, u64, i32, i64);

/// Structs that are parts of other arguments.
macro_rules! encode_structs {
    ($($type:ty),*) => { $(
        impl Encode for $type {
            fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
                Self::encode(self, out);
            }
        }
    )* };
}

impl<const N: usize> Encode for [u8; N] {
    fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
        out.extend_from_slice(self);
    }
}

impl<const N: usize, const M: usize> Encode for [[u8; N]; M] {
    fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
        out.extend_from_slice(self.as_flattened());
    }
}

/// A list: how many, then each.
impl<T: Encode> Encode for [T] {
    fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
        (self.len() as u32).encode(out);
        self.iter().for_each(|item| item.encode(out));
    }
}

encode_structs!(
    CancelArgs,
    LegArgs,
    OrderArgs,
    InstrumentArgs,
    UnderlyingArgs,
    CollateralArgs,
    FutureArgs,
    OptionArgs,
    SurfaceArgs,
    InstrumentChangeArgs,
    CollateralChangeArgs,
    WithdrawalLimitArgs
);

/// Parameters: their bytes on the wire are those of memory.
macro_rules! encode_parameters {
    ($($type:ty),* $(,)?) => { $(
        impl Encode for $type {
            fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
                out.extend_from_slice(bytemuck::bytes_of(self));
            }
        }
    )* };
}
encode_parameters!(
    ContractTerms,
    FeeParams,
    Feed,
    FundingParams,
    GroupParams,
    GuardParams,
    InstrumentLimits,
    InterestParams,
    MarginParams,
    OptionParams,
    RangeParams,
    Smile,
    SurfaceParams,
    TokenParams,
    TokenTerms,
    UnderlyingParams,
    UnderlyingTerms,
    WithdrawalLimit,
);
