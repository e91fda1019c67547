//! Instruction arguments, as program and clients share them.
//!
//! An instruction's data is its discriminator, one byte ([`tag`](crate::instruction::tag)), and its arguments in Borsh's
//! layout: integers little endian, arrays without a length.

/// Declares a struct of integers and byte arrays that can be an instruction's argument.
macro_rules! args {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[cfg_attr(
            feature = "program",
            derive(anchor_lang::AnchorSerialize, anchor_lang::AnchorDeserialize, anchor_lang::IdlType)
        )]
        #[cfg_attr(feature = "borsh", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    };
}

mod block;
mod exchange;
mod governance;
mod liquidation;
mod listing;
mod surface;
mod trading;

pub use block::*;
pub use exchange::*;
pub use governance::*;
pub use liquidation::*;
pub use listing::*;
pub use surface::*;
pub use trading::*;
