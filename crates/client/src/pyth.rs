//! Price updates as the Pyth receiver writes them, for local validators and tests. On a real cluster they are posted by
//! the receiver program itself.

use ballast::oracle::pyth::{DISCRIMINATOR, LEN};

/// A price to write.
#[derive(Clone, Copy, Debug)]
pub struct PriceUpdate {
    /// Feed id.
    pub feed_id: [u8; 32],
    /// Mantissa.
    pub price: i64,
    /// Confidence interval, same exponent.
    pub confidence: u64,
    /// Power of ten.
    pub exponent: i32,
    /// Seconds.
    pub publish_time: i64,
}

impl PriceUpdate {
    /// The account's bytes, fully verified.
    pub fn encode(&self) -> Vec<u8> {
        let mut data = Vec::with_capacity(LEN);
        data.extend_from_slice(&DISCRIMINATOR);
        data.extend_from_slice(&[0; 32]); // write authority
        data.push(1); // verified by all guardians
        data.extend_from_slice(&self.feed_id);
        data.extend_from_slice(&self.price.to_le_bytes());
        data.extend_from_slice(&self.confidence.to_le_bytes());
        data.extend_from_slice(&self.exponent.to_le_bytes());
        data.extend_from_slice(&self.publish_time.to_le_bytes());
        data.extend_from_slice(&(self.publish_time - 1).to_le_bytes());
        data.extend_from_slice(&self.price.to_le_bytes()); // exponential moving average
        data.extend_from_slice(&self.confidence.to_le_bytes());
        data.extend_from_slice(&0u64.to_le_bytes()); // posted slot
        data
    }
}
