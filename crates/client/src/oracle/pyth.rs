//! Price updates as the Pyth receiver writes them. On a real cluster they are posted by the receiver program itself.

use ballast::oracle::{
    OraclePrice,
    pyth::{DISCRIMINATOR, LEN, RECEIVERS},
};
use solana_address::Address;

/// The receiver that is said to have written an update.
pub const OWNER: Address = RECEIVERS[0];

/// Where an update says that it was verified by all guardians; its feed id follows.
const VERIFICATION: usize = 40;
/// What it says there.
const FULL: u8 = 1;

/// The account's bytes, fully verified.
pub fn encode(id: &[u8; 32], price: &OraclePrice) -> Vec<u8> {
    let mut data = Vec::with_capacity(LEN);
    data.extend_from_slice(&DISCRIMINATOR);
    data.extend_from_slice(&[0; 32]); // write authority
    data.push(FULL);
    data.extend_from_slice(id);
    data.extend_from_slice(&price.price.to_le_bytes());
    data.extend_from_slice(&price.confidence.to_le_bytes());
    data.extend_from_slice(&price.exponent.to_le_bytes());
    data.extend_from_slice(&price.publish_time.to_le_bytes());
    data.extend_from_slice(&price.previous_publish_time.to_le_bytes());
    data.extend_from_slice(&price.price.to_le_bytes()); // exponential moving average
    data.extend_from_slice(&price.confidence.to_le_bytes());
    data.extend_from_slice(&0u64.to_le_bytes()); // posted slot
    data
}

/// What a feed's fully verified updates contain, and where.
pub(super) fn filters(id: &[u8; 32]) -> Vec<(usize, Vec<u8>)> {
    let verified_feed = [&[FULL][..], id].concat();
    vec![(0, DISCRIMINATOR.to_vec()), (VERIFICATION, verified_feed)]
}
