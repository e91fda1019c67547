//! Accounts from their bytes.

use anyhow::{Context, Result, ensure};
use ballast::{
    state::{DISCRIMINATOR_LEN, Exchange, MarginAccount, Market, RiskBoard, Treasury, VolatilitySurface},
    view::{MarginView, UnderlyingView},
};
use ballast_book::Book;
use bytemuck::Pod;
use sha2::{Digest, Sha256};

/// A layout of the program, with its name.
pub trait Layout: Pod {
    /// The account's name, from which its discriminator is made.
    const NAME: &'static str;
}

impl Layout for Exchange {
    const NAME: &'static str = "Exchange";
}
impl Layout for Treasury {
    const NAME: &'static str = "Treasury";
}
impl Layout for RiskBoard {
    const NAME: &'static str = "RiskBoard";
}
impl Layout for Market {
    const NAME: &'static str = "Market";
}
impl Layout for MarginAccount {
    const NAME: &'static str = "MarginAccount";
}
impl Layout for VolatilitySurface {
    const NAME: &'static str = "VolatilitySurface";
}

/// The eight bytes at the head of an account of this name.
pub fn discriminator(name: &str) -> [u8; DISCRIMINATOR_LEN] {
    prefix(&format!("account:{name}"))
}

/// The first eight bytes of a text's SHA-256.
pub(crate) fn prefix(text: &str) -> [u8; 8] {
    let digest = Sha256::digest(text.as_bytes());
    let mut head = [0; 8];
    head.copy_from_slice(&digest[..8]);
    head
}

/// Decodes an account. On the heap: a board is large.
pub fn decode<T: Layout>(data: &[u8]) -> Result<Box<T>> {
    ensure!(data.starts_with(&discriminator(T::NAME)), "these bytes are no {} account", T::NAME);
    let end = DISCRIMINATOR_LEN + size_of::<T>();
    let body = data.get(DISCRIMINATOR_LEN..end).with_context(|| format!("{} account is too short", T::NAME))?;
    let mut value: Box<T> = bytemuck::allocation::zeroed_box();
    bytemuck::bytes_of_mut(value.as_mut()).copy_from_slice(body);
    Ok(value)
}

/// The bytes of an account, as [`decode`] reads them: for whoever writes accounts directly, such as tests.
pub fn encode<T: Layout>(value: &T) -> Vec<u8> {
    [&discriminator(T::NAME)[..], bytemuck::bytes_of(value)].concat()
}

/// A market's bytes, kept aligned so that its book can be read in place.
pub struct MarketAccount {
    /// The header.
    pub header: Box<Market>,
    book: Vec<u64>,
}

impl MarketAccount {
    /// Decodes a market with its book.
    pub fn decode(data: &[u8]) -> Result<Self> {
        let header = decode::<Market>(data)?;
        let bytes = &data[Market::BOOK_OFFSET..];
        let mut book = vec![0u64; bytes.len() / 8];
        let len = book.len() * 8;
        bytemuck::cast_slice_mut::<u64, u8>(&mut book).copy_from_slice(&bytes[..len]);
        Ok(Self { header, book })
    }

    /// The order book.
    pub fn book(&self) -> Result<Book<'_>> {
        Book::from_bytes(bytemuck::cast_slice(&self.book)).map_err(|e| anyhow::anyhow!("{e}"))
    }
}

/// Decodes what `view_margin` returned. The runtime trims zeros at the end.
pub fn margin_view(return_data: &[u8]) -> Result<(MarginView, Vec<UnderlyingView>)> {
    let mut data = return_data.to_vec();
    if data.len() < size_of::<MarginView>() {
        data.resize(size_of::<MarginView>(), 0);
    }
    let (head, rest) = data.split_at(size_of::<MarginView>());
    let head: MarginView = bytemuck::pod_read_unaligned(head);
    let mut rest = rest.to_vec();
    rest.resize(usize::from(head.count) * size_of::<UnderlyingView>(), 0);
    Ok((head, rest.chunks_exact(size_of::<UnderlyingView>()).map(bytemuck::pod_read_unaligned).collect()))
}
