//! Any bytes for a book: no operation panics or runs without end.
#![no_main]

use ballast_book::{BookMut, Handle, Lots, NewOrder, OrderId, Owner, Side, Ticks, init, required_len};
use libfuzzer_sys::fuzz_target;

/// Bytes that say what is done; those after them are the book.
const PLAN: usize = 24;

fuzz_target!(|data: &[u8]| {
    let Some((plan, image)) = data.split_at_checked(PLAN) else { return };
    let mut words = vec![0u64; required_len(24) / 8];
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
    init(bytes).expect("the bytes are long enough");
    for (to, from) in bytes[8..].iter_mut().zip(image) {
        *to = *from;
    }
    let Ok(mut book) = BookMut::from_bytes(bytes) else { return };
    for step in plan.chunks_exact(3) {
        let side = Side::BOTH[usize::from(step[0] >> 7)];
        let handle = Handle(u32::from(step[1]));
        let mut head = u32::from(step[2] & 31);
        match step[0] & 7 {
            0 | 1 => {
                let new = NewOrder {
                    owner: Owner::from([step[2] & 3; 32]),
                    price_ticks: Ticks::new(i64::from(step[1])),
                    lots: Lots::new(i64::from(step[2])),
                    client_id: 0,
                    placed_at: 0,
                    expires_at: 0,
                    flags: 0,
                };
                let _ = book.insert(side, &new, &mut head);
            }
            2 | 3 => {
                let owner = book.get(handle).map_or(Owner::from([0; 32]), |order| order.owner);
                let _ = book.remove(handle, &owner, &mut head);
            }
            4 => {
                let _ = book.reduce(handle, Lots::new(i64::from(step[2])));
                let _ = book.rename(handle, 7);
            }
            5 => {
                let _ = book.find_by_client_id(head, u64::from(step[2]));
                let _ = book.by_order_id(OrderId { handle, seq: u64::from(step[2]) });
                let _ = (book.next(handle), book.older(handle));
            }
            _ => {
                let view = book.view();
                let _ = view.check_invariants();
                let _ = (view.orders(side).count(), view.levels(side).count(), view.owner_orders(head).count());
            }
        }
    }
});
