//! Mints, of the token program and plain ones of Token-2022.
//!
//! A Token-2022 mint may have extensions. Only descriptions, and pointers to them, are accepted. Extensions that could take, tax,
//! freeze or refuse to move what is in a vault, or make its amount mean something else, are refused by name, and so is every
//! extension that is not known here. Such extensions are fixed when a mint is made, so that an accepted mint stays plain.

use crate::error::BallastError;
use anchor_lang::prelude::*;
use pinocchio_token::state::Mint;
use pinocchio_token_2022::state::{ExtensionType, Mint as Mint2022, StateWithExtensions};

/// Where a mint with extensions has the list of them, behind the account's type.
const LIST: usize = 166;
/// Length of an extension's head: type and length, two bytes each, little endian.
const HEAD: usize = 4;

/// Checks that an account is a mint of the token program, or a plain one of Token-2022; returns its decimals.
pub fn plain_mint_decimals(mint: &AccountView) -> Result<u8> {
    // The token program's have no extensions. Its multisig can be made to look like a mint that has some.
    if mint.owned_by(&pinocchio_token::ID) {
        return mint_decimals(mint);
    }
    require!(mint.owned_by(&pinocchio_token_2022::ID), BallastError::WrongMint);
    plain_decimals(&mint.try_borrow()?).map_err(refusal)
}

/// Checks that an account is a mint of the token program; returns its decimals.
pub fn mint_decimals(mint: &AccountView) -> Result<u8> {
    let mint = Mint::from_account_view(mint).map_err(|_| BallastError::WrongMint)?;
    require!(mint.is_initialized(), BallastError::WrongMint);
    Ok(mint.decimals())
}

/// Why the bytes of a mint are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// They are no mint.
    NoMint,
    /// They have an extension of this number.
    Extension(u16),
}

/// The error, with the extension's name, or its number if it is not known, in the log.
fn refusal(refused: Refused) -> Error {
    let Refused::Extension(number) = refused else { return BallastError::WrongMint.into() };
    match ExtensionType::try_from(number) {
        Ok(name) => msg!("mint extension {:?}", name),
        Err(_) => msg!("mint extension {}", number),
    }
    BallastError::MintExtension.into()
}

/// Whether an extension is a description, or a pointer to one.
fn is_accepted(number: u16) -> bool {
    use ExtensionType::*;
    matches!(
        ExtensionType::try_from(number),
        Ok(MetadataPointer | TokenMetadata | GroupPointer | TokenGroup | GroupMemberPointer | TokenGroupMember)
    )
}

/// Decimals of a mint of Token-2022 with none but accepted extensions.
///
/// The list is read here: the crate's reader does not say which number it does not know, and overlooks what stands behind a
/// padding.
fn plain_decimals(data: &[u8]) -> core::result::Result<u8, Refused> {
    let mint = &StateWithExtensions::<Mint2022>::from_bytes(data).map_err(|_| Refused::NoMint)?.base;
    if !mint.is_initialized() {
        return Err(Refused::NoMint);
    }
    let mut rest = data.get(LIST..).unwrap_or_default();
    // A type of zero is padding and ends the list, as does a rest too short for a head.
    while let Some((head, after)) = rest.split_first_chunk::<HEAD>() {
        let number = u16::from_le_bytes([head[0], head[1]]);
        if number == 0 {
            break;
        }
        if !is_accepted(number) {
            return Err(Refused::Extension(number));
        }
        let len = usize::from(u16::from_le_bytes([head[2], head[3]]));
        rest = after.get(len..).ok_or(Refused::NoMint)?;
    }
    if rest.iter().any(|byte| *byte != 0) { Err(Refused::NoMint) } else { Ok(mint.decimals()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{vec, vec::Vec};

    // The layout, written down a second time.
    const MINT_LEN: usize = 82;
    const DECIMALS: usize = 44;
    const INITIALIZED: usize = 45;
    const ACCOUNT_TYPE: usize = 165;
    const TYPE_MINT: u8 = 1;
    /// MetadataPointer, TokenMetadata, GroupPointer, TokenGroup, GroupMemberPointer, TokenGroupMember.
    const ACCEPTED: core::ops::RangeInclusive<u16> = 18..=23;

    /// A mint of eight decimals with extensions of these numbers and lengths.
    fn mint(extensions: &[(u16, usize)]) -> Vec<u8> {
        let mut data = vec![0; MINT_LEN];
        data[DECIMALS] = 8;
        data[INITIALIZED] = 1;
        if extensions.is_empty() {
            return data;
        }
        data.resize(ACCOUNT_TYPE, 0);
        data.push(TYPE_MINT);
        for (number, len) in extensions {
            data.extend(number.to_le_bytes());
            data.extend((*len as u16).to_le_bytes());
            data.extend(vec![7; *len]);
        }
        data
    }

    /// I287.
    #[test]
    fn a_mint_without_extensions_is_plain() {
        assert_eq!(plain_decimals(&mint(&[])), Ok(8));
        let mut never_initialised = mint(&[]);
        never_initialised[INITIALIZED] = 0;
        assert_eq!(plain_decimals(&never_initialised), Err(Refused::NoMint));
    }

    /// I287.
    #[test]
    fn every_extension_but_descriptions_is_refused_by_number() {
        for number in 1..=u16::MAX {
            let alone = plain_decimals(&mint(&[(number, 32)]));
            // Nor is it overlooked behind one that is accepted.
            let behind = plain_decimals(&mint(&[(18, 64), (number, 32)]));
            let expected = if ACCEPTED.contains(&number) { Ok(8) } else { Err(Refused::Extension(number)) };
            assert_eq!((alone, behind), (expected, expected), "extension {number}");
        }
    }

    /// I287.
    #[test]
    fn all_descriptions_together_are_accepted_and_padding_ends_the_list() {
        let all: Vec<(u16, usize)> = ACCEPTED.map(|number| (number, 64 + usize::from(number))).collect();
        assert_eq!(plain_decimals(&mint(&all)), Ok(8));
        for padding in 1..9 {
            let mut padded = mint(&all);
            padded.extend(vec![0; padding]);
            assert_eq!(plain_decimals(&padded), Ok(8));
        }
    }

    /// I287.
    #[test]
    fn malformed_bytes_are_no_mint() {
        let good = mint(&[(18, 64)]);
        // Cut anywhere but at the end of the mint itself, and before the first extension.
        for len in 0..good.len() {
            let cut = plain_decimals(&good[..len]);
            assert_eq!(cut, if len == MINT_LEN || len == ACCOUNT_TYPE + 1 { Ok(8) } else { Err(Refused::NoMint) });
        }
        let changed = |at: usize, to: u8| {
            let mut data = good.clone();
            data[at] = to;
            plain_decimals(&data)
        };
        assert_eq!(changed(ACCOUNT_TYPE, 2), Err(Refused::NoMint), "a token account");
        assert_eq!(changed(ACCOUNT_TYPE, 0), Err(Refused::NoMint));
        assert_eq!(changed(INITIALIZED, 0), Err(Refused::NoMint));
        assert_eq!(changed(100, 1), Err(Refused::NoMint), "something where a mint has nothing");
        assert_eq!(changed(ACCOUNT_TYPE + 1 + 2, 65), Err(Refused::NoMint), "longer than there are bytes");
        // What a padding would hide is not overlooked.
        let mut hidden = good.clone();
        hidden.extend([0, 0, 0, 0, 12, 0, 0, 0]);
        assert_eq!(plain_decimals(&hidden), Err(Refused::NoMint));
    }
}
