//! Events from a transaction's log.

use crate::account::prefix;
use anyhow::{Context, Result};
use ballast::events::{BlockTraded, FillRecord, LegRecord, Liquidated, OrderPlaced};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytemuck::Pod;
use solana_address::Address;

/// The bytes of every event that a log has, in order.
pub fn raw_events<S: AsRef<str>>(log: &[S]) -> Vec<Vec<u8>> {
    log.iter()
        .filter_map(|line| line.as_ref().strip_prefix("Program data: "))
        .filter_map(|data| STANDARD.decode(data).ok())
        .collect()
}

/// All events of one kind whose bytes are their layout.
pub fn find<T: Pod, S: AsRef<str>>(log: &[S], name: &str) -> Vec<T> {
    let discriminator = prefix(&format!("event:{name}"));
    raw_events(log)
        .iter()
        .filter_map(|data| data.strip_prefix(&discriminator))
        .filter(|body| body.len() == size_of::<T>())
        .map(bytemuck::pod_read_unaligned)
        .collect()
}

/// The liquidations of a log.
pub fn liquidations<S: AsRef<str>>(log: &[S]) -> Vec<Liquidated> {
    find(log, Liquidated::NAME)
}

/// The orders of a log.
pub fn orders<S: AsRef<str>>(log: &[S]) -> Result<Vec<OrderPlaced>> {
    let discriminator = prefix("event:OrderPlaced");
    raw_events(log).iter().filter_map(|data| data.strip_prefix(&discriminator)).map(order).collect()
}

fn order(body: &[u8]) -> Result<OrderPlaced> {
    let mut r = Reader(body);
    let mut event = OrderPlaced {
        margin: Address::new_from_array(r.take()?),
        sequence: u64::from_le_bytes(r.take()?),
        handle: u32::from_le_bytes(r.take()?),
        instrument: u16::from_le_bytes(r.take()?),
        side: u8::from_le_bytes(r.take()?),
        makers_cancelled: u8::from_le_bytes(r.take()?),
        client_id: u64::from_le_bytes(r.take()?),
        price: i64::from_le_bytes(r.take()?),
        filled: i64::from_le_bytes(r.take()?),
        value: i64::from_le_bytes(r.take()?),
        fee: i64::from_le_bytes(r.take()?),
        resting: i64::from_le_bytes(r.take()?),
        fills: Vec::new(),
    };
    for _ in 0..u32::from_le_bytes(r.take()?) {
        event.fills.push(FillRecord {
            maker: Address::new_from_array(r.take()?),
            maker_sequence: u64::from_le_bytes(r.take()?),
            maker_client_id: u64::from_le_bytes(r.take()?),
            price: i64::from_le_bytes(r.take()?),
            lots: i64::from_le_bytes(r.take()?),
            maker_fee: i64::from_le_bytes(r.take()?),
        });
    }
    Ok(event)
}

/// The block trades of a log.
pub fn blocks<S: AsRef<str>>(log: &[S]) -> Result<Vec<BlockTraded>> {
    let discriminator = prefix("event:BlockTraded");
    raw_events(log).iter().filter_map(|data| data.strip_prefix(&discriminator)).map(block).collect()
}

fn block(body: &[u8]) -> Result<BlockTraded> {
    let mut r = Reader(body);
    let mut event = BlockTraded {
        margin_a: Address::new_from_array(r.take()?),
        margin_b: Address::new_from_array(r.take()?),
        nonce: u64::from_le_bytes(r.take()?),
        fee: i64::from_le_bytes(r.take()?),
        legs: Vec::new(),
    };
    for _ in 0..u32::from_le_bytes(r.take()?) {
        event.legs.push(LegRecord {
            instrument: u16::from_le_bytes(r.take()?),
            lots: i64::from_le_bytes(r.take()?),
            price: i64::from_le_bytes(r.take()?),
            value: i64::from_le_bytes(r.take()?),
        });
    }
    Ok(event)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>().context("the event is too short")?;
        self.0 = rest;
        Ok(*head)
    }
}
