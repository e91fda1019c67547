//! What the tests of all oracles need: random numbers, a comparison of one account, and the vectors in `tests/vectors/oracle`.
//!
//! `BALLAST_WRITE_VECTORS=1` writes those files anew instead of comparing with them.

use anyhow::{Context, Result, ensure};
use ballast_client::{
    BallastError,
    ballast::oracle::{self, OraclePrice},
    risk::Feed,
};
use serde_json::{Value, json};

/// An address or id, as bytes: the vendors' crates have several types for it.
pub type Bytes32 = [u8; 32];

/// Random numbers that are the same in every run: SplitMix64.
pub struct Random(pub u64);

impl Random {
    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below another.
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// 128 bits of any magnitude, of either sign: small numbers are as likely as large ones, and ends of the type occur.
    pub fn wide(&mut self) -> i128 {
        match self.below(20) {
            0 => i128::MAX,
            1 => i128::MIN,
            _ => {
                let bits = (i128::from(self.bits()) << 64) | i128::from(self.bits());
                bits >> self.below(127)
            }
        }
    }

    /// As [`Random::wide`], of 64 bits.
    pub fn long(&mut self) -> i64 {
        match self.below(20) {
            0 => i64::MAX,
            1 => i64::MIN,
            _ => (self.bits() as i64) >> self.below(63),
        }
    }

    /// An address or id.
    pub fn bytes(&mut self) -> Bytes32 {
        std::array::from_fn(|_| self.bits() as u8)
    }
}

/// An account as an oracle's crate encodes it, and what must be read from it.
pub struct Case {
    /// What it shows.
    pub what: String,
    /// The feed to read.
    pub feed: Feed,
    /// The program that owns the account.
    pub owner: Bytes32,
    /// The account's bytes.
    pub data: Vec<u8>,
    /// The price, or why there is none.
    pub expected: Result<OraclePrice, BallastError>,
}

impl Case {
    /// Reads the account with the program's parser.
    pub fn check(&self) {
        let read = oracle::read(&self.feed, &self.owner.into(), &self.data);
        assert_eq!(read, self.expected, "{}", self.what);
    }

    fn json(&self) -> Value {
        let outcome = match &self.expected {
            Ok(p) => json!({
                "price": p.price,
                "confidence": p.confidence,
                "exponent": p.exponent,
                "publish_time": p.publish_time,
                "previous_publish_time": p.previous_publish_time,
            }),
            Err(error) => json!(error.name()),
        };
        json!({
            "what": self.what,
            "source": self.feed.source,
            "id": hex(&self.feed.id),
            "owner": hex(&self.owner),
            "data": hex(&self.data),
            "expect": outcome,
        })
    }
}

/// Checks cases, and that they are byte for byte those of a vector file.
pub fn compare_with_vectors(name: &str, vendor: &str, cases: &[Case]) -> Result<()> {
    cases.iter().for_each(Case::check);
    let cases: Vec<Value> = cases.iter().map(Case::json).collect();
    let made = serde_json::to_string_pretty(&json!({ "format": 1, "encoded_by": vendor, "cases": cases }))? + "\n";
    let path = format!("{}/../vectors/oracle/{name}.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BALLAST_WRITE_VECTORS").is_some() {
        return std::fs::write(&path, made).context(path);
    }
    let found = std::fs::read_to_string(&path).context(path.clone())?;
    ensure!(found == made, "{path} is not what {vendor} encodes: BALLAST_WRITE_VECTORS=1 writes it anew");
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
