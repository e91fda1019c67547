//! Pyth's `PriceUpdateV2`, parsed from the account's bytes.
//!
//! Layout (Borsh, little endian): discriminator 8, write authority 32, verification level (Full is one byte `01`; Partial is
//! `00` and the number of signatures, after which all shifts by one), feed id 32, price i64, confidence u64, exponent i32,
//! publish time i64, previous publish time i64, EMA price i64, EMA confidence u64, posted slot u64.
//! Source: the crate `pyth-solana-receiver-sdk` 2.0; read against what its own types encode, full and partial.

use super::OraclePrice;
use crate::error::BallastError;
use solana_address::{Address, address};

/// Programs that own price updates: the receiver, and the one for feeds compatible with Pyth Pro.
pub const RECEIVERS: [Address; 2] =
    [address!("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ"), address!("rec2HHDDnjLfj4kE7VyEtFA1HPGQLK33259532cRyHp")];

/// Discriminator of `PriceUpdateV2`.
pub const DISCRIMINATOR: [u8; 8] = [0x22, 0xf1, 0x23, 0x63, 0x9d, 0x7e, 0xf4, 0xcd];

/// The byte that says a price update was verified by all guardians.
const FULL: u8 = 1;

/// Length of a fully verified price update.
pub const LEN: usize = 8 + 32 + 1 + 32 + 8 + 8 + 4 + 8 + 8 + 8 + 8 + 8;

/// Reads a price update of a feed. Checks owner, discriminator, full verification, feed id and positive price; age,
/// confidence and order in time are the caller's.
pub fn parse(owner: &Address, data: &[u8], feed_id: &[u8; 32]) -> Result<OraclePrice, BallastError> {
    if !RECEIVERS.contains(owner) {
        return Err(BallastError::OracleWrongOwner);
    }
    let mut reader = Reader(data);
    if reader.take::<8>()? != DISCRIMINATOR {
        return Err(BallastError::OracleWrongAccount);
    }
    reader.take::<32>()?;
    if reader.take::<1>()? != [FULL] {
        return Err(BallastError::OraclePartiallyVerified);
    }
    if reader.take::<32>()? != *feed_id {
        return Err(BallastError::OracleWrongFeed);
    }
    let price = OraclePrice {
        price: i64::from_le_bytes(reader.take()?),
        confidence: u64::from_le_bytes(reader.take()?),
        exponent: i32::from_le_bytes(reader.take()?),
        publish_time: i64::from_le_bytes(reader.take()?),
        previous_publish_time: i64::from_le_bytes(reader.take()?),
    };
    if price.price <= 0 {
        return Err(BallastError::OraclePriceNotPositive);
    }
    Ok(price)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], BallastError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(BallastError::OracleWrongAccount)?;
        self.0 = rest;
        Ok(*head)
    }
}
