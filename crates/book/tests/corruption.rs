//! Bytes that no sequence of operations makes: never a panic, never an endless loop.

mod common;

use ballast_book::{Book, BookMut, Handle, NewOrder, OrderId, Side, required_len};
use ballast_units::{Lots, Ticks};
use common::{Bytes, Pair, Rng, owner};

const HEADER: usize = required_len(0);

/// Does a bit of everything with a book that may be nonsense.
fn exercise(bytes: &mut [u8], rng: &mut Rng) {
    let Ok(mut book) = BookMut::from_bytes(bytes) else {
        return;
    };
    for _ in 0..12 {
        let side = Side::BOTH[rng.below(2) as usize];
        let handle = match rng.below(4) {
            0 => Handle(rng.next() as u32),
            1 => book.best(side).unwrap_or(Handle(0)),
            2 => book.worst(side).unwrap_or(Handle(1)),
            _ => Handle(rng.below(40) as u32),
        };
        let who = rng.below(3) as usize;
        let mut head = match rng.below(3) {
            0 => 0,
            1 => rng.next() as u32,
            _ => rng.below(40) as u32,
        };
        match rng.below(8) {
            0..=2 => {
                let new = NewOrder {
                    owner: owner(who),
                    price_ticks: Ticks::new(1 + rng.below(50) as i64),
                    lots: Lots::new(1 + rng.below(50) as i64),
                    client_id: rng.below(5),
                    placed_at: 0,
                    expires_at: 0,
                    flags: 0,
                };
                let _ = book.insert(side, &new, &mut head);
            }
            3 | 4 => {
                let order_owner = match book.get(handle) {
                    Ok(order) => order.owner,
                    Err(_) => owner(who),
                };
                if rng.below(2) == 0 {
                    head = handle.0;
                }
                let _ = book.remove(handle, &order_owner, &mut head);
            }
            5 => {
                let _ = book.reduce(handle, Lots::new(1 + rng.below(20) as i64));
            }
            6 => {
                let _ = book.find_by_client_id(head, rng.below(5));
                let _ = book.by_order_id(OrderId { handle, seq: rng.below(50) });
                let _ = book.next(handle);
            }
            _ => {
                let view = book.view();
                let _ = view.check_invariants();
                let _ = view.orders(side).count();
                let _ = view.levels(side).count();
                let _ = view.owner_orders(head).count();
                let _ = view.best_price(side);
                let _ = view.worst_orders(side).count();
                let _ = view.giving_way(side, Ticks::new(25), Lots::new(25), |_| rng.below(2) == 0);
            }
        }
    }
}

/// A sound book with some history.
fn sample(rng: &mut Rng) -> Pair {
    let mut pair = Pair::new(32, 3);
    for step in 0..60u64 {
        let side = Side::BOTH[rng.below(2) as usize];
        let len = pair.side(side).len() as u64;
        if rng.below(3) == 0 && len > 0 {
            pair.remove(side, rng.below(len) as usize);
        } else {
            let price = 1 + rng.below(14) as i64;
            let _ = pair.insert(side, rng.below(3) as usize, price, 5, step);
        }
    }
    pair.check_all();
    pair
}

#[test]
fn random_bytes() {
    let mut rng = Rng::new(21);
    for _ in 0..6_000 {
        let mut bytes = Bytes::empty_book(32);
        for byte in &mut bytes[8..] {
            *byte = match rng.below(3) {
                0 => rng.next() as u8,
                1 => rng.below(33) as u8, // small numbers are plausible links
                _ => 0,
            };
        }
        exercise(&mut bytes, &mut rng);
    }
}

#[test]
fn damaged_books() {
    let mut rng = Rng::new(22);
    for _ in 0..150 {
        let mut sound = sample(&mut rng);
        let before = sound.bytes.to_vec();
        for _ in 0..60 {
            sound.bytes.copy_from_slice(&before);
            for _ in 0..1 + rng.below(4) {
                let at = 8 + rng.below(before.len() as u64 - 8) as usize;
                sound.bytes[at] = match rng.below(2) {
                    0 => rng.next() as u8,
                    _ => rng.below(33) as u8,
                };
            }
            exercise(&mut sound.bytes, &mut rng);
        }
    }
}

/// Links that form rings, which a careless loop would follow for ever.
#[test]
fn rings() {
    let mut rng = Rng::new(23);
    for _ in 0..6_000 {
        let mut bytes = Bytes::empty_book(16);
        let max = 1 + rng.below(16);
        for word in bytes[8..].chunks_exact_mut(4) {
            let link = 1 + rng.below(max) as u32;
            word.copy_from_slice(&link.to_le_bytes());
        }
        exercise(&mut bytes, &mut rng);
    }
}

/// The checker sees every single damage to what holds the book together.
#[test]
fn check_invariants_sees_damage() {
    let mut rng = Rng::new(24);
    for _ in 0..60 {
        let mut pair = sample(&mut rng);
        let mut places: Vec<usize> = (16..HEADER - 16).collect(); // totals, roots, ends, bump, free list
        for order in pair.model.iter().flatten() {
            let slot = HEADER + 112 * (order.id.handle.0 as usize - 1);
            places.extend(slot + 40..slot + 48); // lots
            places.extend(slot + 80..slot + 109); // links, side
            places.push(slot + 110); // colour
        }
        for at in places {
            let before = pair.bytes[at];
            pair.bytes[at] ^= 1 << rng.below(8);
            assert!(Book::from_bytes(&pair.bytes).unwrap().check_invariants().is_err(), "byte {at}");
            pair.bytes[at] = before;
        }
        pair.check_all();
    }
}
