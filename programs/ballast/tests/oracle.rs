//! The oracles' parsers against accounts that the oracles' own crates encoded: `tests/vectors/oracle`, made by `tests/vendors`.

use ballast::oracle::{self, OraclePrice, Source};
use ballast_risk::Feed;
use serde_json::Value;

fn bytes(hex: &Value) -> Vec<u8> {
    let digits = hex.as_str().unwrap().as_bytes();
    digits.chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn bytes32(hex: &Value) -> [u8; 32] {
    bytes(hex).try_into().unwrap()
}

fn price(v: &Value) -> OraclePrice {
    OraclePrice {
        price: v["price"].as_i64().unwrap(),
        confidence: v["confidence"].as_u64().unwrap(),
        exponent: v["exponent"].as_i64().unwrap().try_into().unwrap(),
        publish_time: v["publish_time"].as_i64().unwrap(),
        previous_publish_time: v["previous_publish_time"].as_i64().unwrap(),
    }
}

/// Reads every case of a file, as every oracle: only its own may find a price.
fn check(vectors: &str, source: Source) {
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 20);
    for case in cases {
        let what = &case["what"];
        let (owner, data) = (bytes32(&case["owner"]).into(), bytes(&case["data"]));
        assert_eq!(case["source"], source as u8);
        for other in Source::ALL {
            let program = source.programs().iter().position(|program| *program == owner).unwrap() as u8;
            let feed = Feed { source: other as u8, program, id: bytes32(&case["id"]), ..Feed::NONE };
            let read = oracle::read(&feed, &owner, &data);
            match case["expect"].as_str() {
                _ if other != source => assert!(read.is_err(), "{what}"),
                Some(error) => assert_eq!(read.unwrap_err().name(), error, "{what}"),
                None => assert_eq!(read.unwrap(), price(&case["expect"]), "{what}"),
            }
        }
    }
}

/// I340.
#[test]
fn every_oracle_is_read_as_its_crate_wrote_it() {
    for source in Source::ALL {
        let path = format!("{}/../../tests/vectors/oracle/{}.json", env!("CARGO_MANIFEST_DIR"), source.name());
        let vectors = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        check(&vectors, source);
    }
}
