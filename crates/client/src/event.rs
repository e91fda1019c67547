//! Events from a transaction's log.

use crate::account::prefix;
use anyhow::{Context, Result};
use ballast::events::{
    BlockTraded, CancelRecord, FillRecord, LegRecord, Liquidated, OrderPlaced, OrderReplaced, OrdersBatched,
    PenaltyRecord, PlaceRecord,
};
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
    decoded(log, OrderPlaced::NAME, |r| {
        Ok(OrderPlaced {
            margin: r.address()?,
            sequence: r.u64()?,
            handle: u32::from_le_bytes(r.take()?),
            instrument: u16::from_le_bytes(r.take()?),
            side: u8::from_le_bytes(r.take()?),
            makers_cancelled: u8::from_le_bytes(r.take()?),
            client_id: r.u64()?,
            price: r.i64()?,
            filled: r.i64()?,
            value: r.i64()?,
            fee: r.i64()?,
            resting: r.i64()?,
            fills: r.list(Reader::fill)?,
            penalties: r.list(Reader::penalty)?,
        })
    })
}

/// The replaced orders of a log.
pub fn replacements<S: AsRef<str>>(log: &[S]) -> Result<Vec<OrderReplaced>> {
    decoded(log, OrderReplaced::NAME, |r| {
        Ok(OrderReplaced {
            margin: r.address()?,
            instrument: u16::from_le_bytes(r.take()?),
            replaced: r.cancelled()?,
            placed: r.placed()?,
            fills: r.list(Reader::fill)?,
            penalties: r.list(Reader::penalty)?,
        })
    })
}

/// The batches of a log.
pub fn batches<S: AsRef<str>>(log: &[S]) -> Result<Vec<OrdersBatched>> {
    decoded(log, OrdersBatched::NAME, |r| {
        Ok(OrdersBatched {
            margin: r.address()?,
            instrument: u16::from_le_bytes(r.take()?),
            cancelled: r.list(Reader::cancelled)?,
            placed: r.list(Reader::placed)?,
            fills: r.list(Reader::fill)?,
            penalties: r.list(Reader::penalty)?,
        })
    })
}

/// All events of one kind in Borsh's layout.
fn decoded<T, S: AsRef<str>>(log: &[S], name: &str, read: impl Fn(&mut Reader<'_>) -> Result<T>) -> Result<Vec<T>> {
    let discriminator = prefix(&format!("event:{name}"));
    let events = raw_events(log);
    events.iter().filter_map(|data| data.strip_prefix(&discriminator)).map(|body| read(&mut Reader(body))).collect()
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

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_le_bytes(self.take()?))
    }

    fn address(&mut self) -> Result<Address> {
        Ok(Address::new_from_array(self.take()?))
    }

    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = u32::from_le_bytes(self.take()?);
        (0..count).map(|_| read(self)).collect()
    }

    fn fill(&mut self) -> Result<FillRecord> {
        Ok(FillRecord {
            maker: self.address()?,
            maker_sequence: self.u64()?,
            maker_client_id: self.u64()?,
            price: self.i64()?,
            lots: self.i64()?,
            maker_fee: self.i64()?,
        })
    }

    fn penalty(&mut self) -> Result<PenaltyRecord> {
        Ok(PenaltyRecord { maker: self.address()?, amount: self.i64()? })
    }

    fn cancelled(&mut self) -> Result<CancelRecord> {
        Ok(CancelRecord { sequence: self.u64()?, client_id: self.u64()?, lots: self.i64()? })
    }

    fn placed(&mut self) -> Result<PlaceRecord> {
        Ok(PlaceRecord {
            sequence: self.u64()?,
            handle: u32::from_le_bytes(self.take()?),
            side: u8::from_le_bytes(self.take()?),
            makers_cancelled: u8::from_le_bytes(self.take()?),
            fills: u8::from_le_bytes(self.take()?),
            client_id: self.u64()?,
            price: self.i64()?,
            filled: self.i64()?,
            value: self.i64()?,
            fee: self.i64()?,
            resting: self.i64()?,
        })
    }
}
