//! Numbers and names as people write them.

use crate::decimal::parse;
use anyhow::{Context, Result, ensure};
use solana_address::Address;

/// A name padded to the field's length.
pub fn name(text: &str) -> Result<[u8; 16]> {
    let mut name = [0; 16];
    let bytes = text.as_bytes();
    name.get_mut(..bytes.len()).context("a name has at most 16 bytes")?.copy_from_slice(bytes);
    Ok(name)
}

/// An amount that is not negative, in units of `10^-decimals`.
pub(super) fn amount(text: &str, decimals: u32) -> Result<u64> {
    u64::try_from(parse(text, decimals)?).with_context(|| format!("the amount {text} must not be negative"))
}

/// An address in base 58; `what` names the field.
pub(super) fn address(text: &str, what: &str) -> Result<Address> {
    text.parse().with_context(|| format!("{what} is no address"))
}

/// A hash of 32 bytes in hexadecimal.
pub(super) fn feed_id(hex: &str) -> Result<[u8; 32]> {
    ensure!(hex.len() == 64 && hex.is_ascii(), "a feed id has 64 hexadecimal digits");
    let mut id = [0; 32];
    for (byte, digits) in id.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits)?, 16).context("a feed id is hexadecimal")?;
    }
    Ok(id)
}

/// The hexadecimal digits of 32 bytes.
pub(crate) fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
