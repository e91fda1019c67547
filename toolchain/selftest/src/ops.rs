//! What is compared: one function of two integers for each thing that a compiler for sBPF has got wrong before, or could.
//! The same source runs on chain and on the host.

extern crate alloc;

use alloc::{boxed::Box, collections::BTreeMap, format, string::String, vec::Vec};

use fixed::types::I80F48;

/// A function under test.
pub struct Operation {
    /// For messages.
    pub name: &'static str,
    /// Takes thousands of compute units a case: fewer cases fit into a transaction.
    pub heavy: bool,
    /// The function; `None` where the operation has no result.
    pub run: fn(i128, i128) -> Option<i128>,
}

const fn light(name: &'static str, run: fn(i128, i128) -> Option<i128>) -> Operation {
    Operation { name, heavy: false, run }
}

const fn heavy(name: &'static str, run: fn(i128, i128) -> Option<i128>) -> Operation {
    Operation { name, heavy: true, run }
}

/// All of them. The table itself is under test too: a static with strings and function pointers.
pub static OPERATIONS: [Operation; 28] = [
    // 128-bit integers: sbf-rt.
    light("i128 wrapping_mul", |a, b| Some(a.wrapping_mul(b))),
    light("i128 checked_mul", |a, b| a.checked_mul(b)),
    light("i128 checked_div", |a, b| a.checked_div(b)),
    light("i128 checked_rem", |a, b| a.checked_rem(b)),
    light("u128 checked_div", |a, b| Some((a as u128).checked_div(b as u128)? as i128)),
    light("u128 checked_rem", |a, b| Some((a as u128).checked_rem(b as u128)? as i128)),
    light("i128 checked_add", |a, b| a.checked_add(b)),
    light("i128 checked_sub", |a, b| a.checked_sub(b)),
    light("i128 shifts", shifts),
    light("i128 and u128 compare", |a, b| Some(a.cmp(&b) as i128 * 4 + (a as u128).cmp(&(b as u128)) as i128)),
    light("u64 product, high word", |a, b| Some(((a as u64 as u128 * b as u64 as u128) >> 64) as i128)),
    light("i64 product times a power", |a, b| {
        (a as i64 as i128 * b as i64 as i128).checked_mul(10i128.pow((b as u128 % 20) as u32))
    }),
    heavy("u128 square root", |a, _| Some((a as u128).isqrt() as i128)),
    // Fixed point.
    light("I80F48 mul", |a, b| Some(I80F48::from_bits(a).checked_mul(I80F48::from_bits(b))?.to_bits())),
    light("I80F48 div", |a, b| Some(I80F48::from_bits(a).checked_div(I80F48::from_bits(b))?.to_bits())),
    light("I80F48 expression", fixed_expression),
    // Signed division: the rewriting in sbf-link.
    light("i64 and i32 division", divisions),
    light("i16 and i8 division", narrow_divisions),
    // Calls and frames.
    heavy("nine arguments", nine_arguments),
    heavy("large frames, recursion", |a, b| Some(large_frames(a as u64, (b as u64 % 4) as u32) as i128)),
    heavy("dynamic dispatch", dynamic_dispatch),
    light("static tables", static_tables),
    light("switch", |a, b| Some(switch(a as u64, b as u64) as i128)),
    // The standard library.
    heavy("format", format_numbers),
    heavy("strings", group_digits),
    heavy("parse", |a, _| Some(u64::from_str_radix(&format!("{:x}", a as u64), 16).ok()? as i128)),
    heavy("BTreeMap", tree_map),
    heavy("sort", sort),
];

fn shifts(a: i128, b: i128) -> Option<i128> {
    let n = b as u32 % 128;
    Some((a << n) ^ (a >> n) ^ ((a as u128 >> n) as i128))
}

fn fixed_expression(a: i128, b: i128) -> Option<i128> {
    let (a, b) = (I80F48::from_bits(a), I80F48::from_bits(b));
    Some(a.checked_mul(b)?.checked_div(a.checked_add(I80F48::ONE)?)?.checked_sub(b)?.to_bits())
}

fn divisions(a: i128, b: i128) -> Option<i128> {
    let long = (a as i64).checked_div(b as i64)? as i128 ^ (a as i64).checked_rem(b as i64)? as i128;
    let divisor = if b as i32 == 0 { 1 } else { b as i32 };
    Some(long ^ ((a as i32).wrapping_div(divisor) as i128) << 64 ^ ((a as i32).wrapping_rem(divisor) as i128) << 96)
}

fn narrow_divisions(a: i128, b: i128) -> Option<i128> {
    let short = (a as i16).checked_div(b as i16)? as i128 ^ ((a as i16).checked_rem(b as i16)? as i128) << 32;
    let byte = (a as i8).checked_div(b as i8)? as i128 ^ ((a as i8).checked_rem(b as i8)? as i128) << 32;
    Some(short ^ byte << 64)
}

#[inline(never)]
#[allow(clippy::too_many_arguments)] // their number is the point: five go into registers
fn eight_words(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64) -> u64 {
    a.wrapping_mul(3) ^ b.rotate_left(5) ^ c.wrapping_sub(d) ^ e.wrapping_mul(f) ^ (g >> 3).wrapping_add(h)
}

/// Arguments on the stack beside locals on the stack, and calls with arguments on the stack below.
#[inline(never)]
fn nine_words(a: i128, b: i128, c: u64, table: &mut [u64; 40], d: i128, e: u64) -> i128 {
    for (i, entry) in table.iter_mut().enumerate() {
        let mixed = eight_words(i as u64, c, e, *entry, a as u64, b as u64, d as u64, (a >> 64) as u64);
        *entry = entry.wrapping_add(mixed);
    }
    let sum = table.iter().fold(0u64, |sum, entry| sum.wrapping_add(*entry));
    a.wrapping_mul(b).wrapping_add(d).wrapping_add(sum as i128)
}

fn nine_arguments(a: i128, b: i128) -> Option<i128> {
    let mut table = [(b >> 3) as u64; 40];
    Some(nine_words(a, b, a as u64 ^ 77, &mut table, b.rotate_left(31), (a as u128 >> 64) as u64))
}

#[inline(never)]
fn large_frames(seed: u64, depth: u32) -> u64 {
    let mut table = [0u64; 360]; // 2,880 bytes of a frame's 4,096
    let mut x = seed;
    for entry in table.iter_mut() {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *entry = x;
    }
    core::hint::black_box(&mut table);
    let below = if depth == 0 { 1 } else { large_frames(table[(seed % 360) as usize], depth - 1) };
    table.iter().fold(below, |hash, entry| hash.rotate_left(7) ^ *entry)
}

trait Shape {
    fn area(&self, k: u64) -> u64;
    fn name(&self) -> &'static str;
}

struct Square(u64);
struct Circle(u64);
struct Triangle(u64, u64);

impl Shape for Square {
    #[inline(never)]
    fn area(&self, k: u64) -> u64 {
        self.0.wrapping_mul(self.0) ^ k
    }
    fn name(&self) -> &'static str {
        "square"
    }
}

impl Shape for Circle {
    #[inline(never)]
    fn area(&self, k: u64) -> u64 {
        self.0.wrapping_mul(3).wrapping_add(k)
    }
    fn name(&self) -> &'static str {
        "circle"
    }
}

impl Shape for Triangle {
    #[inline(never)]
    fn area(&self, k: u64) -> u64 {
        self.0.wrapping_mul(self.1).wrapping_sub(k)
    }
    fn name(&self) -> &'static str {
        "triangle"
    }
}

fn dynamic_dispatch(a: i128, b: i128) -> Option<i128> {
    let (x, y) = (a as u64, b as u64);
    let shapes: [Box<dyn Shape>; 3] = [Box::new(Square(x)), Box::new(Circle(y)), Box::new(Triangle(x, y))];
    let i = (a as u128 % 3) as usize;
    Some((shapes[i].area(y) ^ hash(shapes[(i + 1) % 3].name())) as i128)
}

static NAMES: [&str; 5] = ["alpha", "be", "gamma ray", "d", "epsilon-five"];
static FUNCTIONS: [fn(u64, u64) -> u64; 4] = [
    |a, b| a.wrapping_add(b),
    |a, b| a.wrapping_mul(b),
    |a, b| a ^ b.rotate_left(13),
    |a, b| a.checked_div(b).unwrap_or(7),
];

fn static_tables(a: i128, b: i128) -> Option<i128> {
    let function = FUNCTIONS[(b as u128 % 4) as usize];
    Some((hash(NAMES[(a as u128 % 5) as usize]) ^ function(a as u64, b as u64)) as i128)
}

#[inline(never)]
fn switch(k: u64, x: u64) -> u64 {
    match k % 12 {
        0 => x,
        1 => x ^ 5,
        2 => x.wrapping_mul(9),
        3 => !x,
        4 => x >> 3,
        5 => x << 7,
        6 => x.swap_bytes(),
        7 => x.count_ones() as u64,
        8 => x.leading_zeros() as u64,
        9 => x.trailing_zeros() as u64,
        10 => x / 10,
        _ => x % 1000,
    }
}

fn format_numbers(a: i128, b: i128) -> Option<i128> {
    Some(hash(&format!("{} {:?} {:x} {:>9} {}", a, b, a as u128, b as i16, a as u64)) as i128)
}

fn group_digits(a: i128, _: i128) -> Option<i128> {
    let mut grouped = String::new();
    for digits in format!("{}", a as u128).as_bytes().rchunks(3) {
        grouped.push_str(core::str::from_utf8(digits).ok()?);
        grouped.push(',');
    }
    Some((hash(&grouped) ^ grouped.len() as u64) as i128)
}

fn tree_map(a: i128, b: i128) -> Option<i128> {
    let mut map = BTreeMap::new();
    let mut x = a as u64;
    for i in 0..30u64 {
        x = x.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b as u64;
        *map.entry(x % 17).or_insert(0u64) += i;
    }
    let mix =
        |sum: i128, (key, value): (&u64, &u64)| sum.wrapping_mul(31).wrapping_add((*key as i128) << 8 | *value as i128);
    Some(map.iter().fold(0, mix))
}

fn sort(a: i128, b: i128) -> Option<i128> {
    let entry = |i: u64| (a as u64).rotate_left(i as u32) ^ (b as u64).wrapping_mul(i);
    let mut entries: Vec<u64> = (0..25).map(entry).collect();
    entries.sort_unstable();
    Some(entries.iter().fold(0u64, |hash, entry| hash.rotate_left(3) ^ *entry) as i128)
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ byte as u64).wrapping_mul(0x100_0000_01b3))
}
