//! What the integration tests share: a source of chance, aligned bytes, and a naive model of the book.
#![allow(dead_code)] // not every test uses all of it

use ballast_book::{Book, BookError, BookMut, Handle, Lots, NewOrder, OrderId, Owner, Side, Ticks, init, required_len};

/// xorshift64*: the same numbers on every run.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Uniform enough below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }
}

/// Bytes aligned to 8, as an account's are.
pub struct Bytes(Vec<u64>);

impl Bytes {
    pub fn empty_book(orders: usize) -> Bytes {
        let mut bytes = Bytes(vec![0; required_len(orders) / 8]);
        init(&mut bytes).unwrap();
        bytes
    }

    /// As when the account grows: zeros at the end.
    pub fn grow(&mut self, orders: usize) {
        self.0.resize(required_len(orders) / 8, 0);
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}

impl std::ops::DerefMut for Bytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.0)
    }
}

/// The `i`-th owner's address.
pub fn owner(i: usize) -> Owner {
    let mut address = [0xA5; 32];
    address[24..].copy_from_slice(&(i as u64).to_le_bytes());
    Owner::from(address)
}

#[derive(Clone, Debug, PartialEq)]
pub struct ModelOrder {
    pub id: OrderId,
    pub owner: usize,
    pub price: i64,
    pub lots: i64,
    pub client_id: u64,
    pub placed_at: i64,
}

/// A book next to the plainest thing that does the same: two sorted vectors.
pub struct Pair {
    pub bytes: Bytes,
    pub slots: usize,
    pub heads: Vec<u32>,
    pub model: [Vec<ModelOrder>; 2],
    /// Ids of orders that are gone.
    pub gone: Vec<OrderId>,
    /// Sequence numbers seen so far.
    pub inserted: u64,
}

impl Pair {
    pub fn new(slots: usize, owners: usize) -> Pair {
        Pair {
            bytes: Bytes::empty_book(slots),
            slots,
            heads: vec![0; owners],
            model: [vec![], vec![]],
            gone: vec![],
            inserted: 0,
        }
    }

    pub fn book(&mut self) -> BookMut<'_> {
        BookMut::from_bytes(&mut self.bytes).unwrap()
    }

    pub fn view(&self) -> Book<'_> {
        Book::from_bytes(&self.bytes).unwrap()
    }

    pub fn side(&self, side: Side) -> &Vec<ModelOrder> {
        &self.model[side as usize]
    }

    pub fn insert(
        &mut self,
        side: Side,
        who: usize,
        price: i64,
        lots: i64,
        client_id: u64,
    ) -> Result<OrderId, BookError> {
        let placed_at = 1_700_000_000 + self.inserted as i64;
        let new = NewOrder {
            owner: owner(who),
            price_ticks: Ticks::new(price),
            lots: Lots::new(lots),
            client_id,
            placed_at,
            expires_at: 0,
            flags: 0,
        };
        let expected = if price <= 0 {
            Err(BookError::BadPrice)
        } else if lots <= 0 {
            Err(BookError::BadLots)
        } else if self.side(side).len() >= self.slots / 2 {
            Err(BookError::Full)
        } else {
            Ok(self.inserted + 1)
        };
        let mut head = self.heads[who];
        let got = self.book().insert(side, &new, &mut head);
        assert_eq!(got.map(|id| id.seq), expected);
        let id = got?;
        self.heads[who] = head;
        self.inserted += 1;
        let orders = &mut self.model[side as usize];
        let at = orders.partition_point(|o| match side {
            Side::Bid => o.price >= price,
            Side::Ask => o.price <= price,
        });
        let order = ModelOrder { id, owner: who, price, lots, client_id, placed_at };
        orders.insert(at, order);
        self.check_around(side, at);
        Ok(id)
    }

    /// Removes the order of rank `at`.
    pub fn remove(&mut self, side: Side, at: usize) {
        let order = self.model[side as usize].remove(at);
        let mut head = self.heads[order.owner];
        let removed = self.book().remove(order.id.handle, &owner(order.owner), &mut head).unwrap();
        self.heads[order.owner] = head;
        assert_eq!(removed.owner, owner(order.owner));
        assert_eq!(removed.price_ticks, Ticks::new(order.price));
        assert_eq!(removed.lots, Lots::new(order.lots));
        assert_eq!(removed.client_id, order.client_id);
        assert_eq!(removed.seq, order.id.seq);
        assert_eq!(removed.placed_at, order.placed_at);
        assert_eq!(removed.side(), Ok(side));
        assert_eq!(self.view().by_order_id(order.id), Err(BookError::NotFound));
        self.gone.push(order.id);
        if at > 0 {
            self.check_around(side, at - 1);
        } else {
            let best = self.side(side).first().map(|o| o.id.handle);
            assert_eq!(self.view().best(side), best);
        }
    }

    /// An order of the owners in `passed` gives way to a new one of another; returns its place in the model. The model looks at
    /// every order of the side.
    pub fn evict(&mut self, side: Side, price: i64, lots: i64, passed: &[usize]) -> Option<usize> {
        let orders = self.side(side);
        let better = |o: &ModelOrder| match side {
            Side::Bid => price > o.price,
            Side::Ask => price < o.price,
        };
        let worth = |price: i64, lots: i64| i128::from(price) * i128::from(lots);
        let least = orders.len().saturating_sub(ballast_book::EVICTABLE);
        let may = |at: &usize| {
            let o = &orders[*at];
            *at >= least && passed.contains(&o.owner) && better(o) && worth(price, lots) >= worth(o.price, o.lots)
        };
        let expected = (0..orders.len()).rev().find(may);
        let owners: Vec<_> = passed.iter().map(|who| owner(*who)).collect();
        let may_go = |o: &ballast_book::Order| owners.contains(&o.owner);
        let found = self.view().giving_way(side, Ticks::new(price), Lots::new(lots), may_go).unwrap();
        assert_eq!(found, expected.map(|at| orders[at].id.handle));
        if let Some(at) = expected {
            self.remove(side, at);
        }
        expected
    }

    /// Takes `lots` off the order of rank `at`.
    pub fn reduce(&mut self, side: Side, at: usize, lots: i64) {
        let order = self.model[side as usize][at].clone();
        let got = self.book().reduce(order.id.handle, Lots::new(lots));
        if lots > 0 && lots < order.lots {
            assert_eq!(got, Ok(Lots::new(order.lots - lots)));
            self.model[side as usize][at].lots -= lots;
        } else {
            assert_eq!(got, Err(BookError::BadLots));
        }
    }

    /// A removal in another's name is refused.
    pub fn remove_as_other(&mut self, side: Side, at: usize) {
        let order = self.side(side)[at].clone();
        let other = (order.owner + 1) % self.heads.len();
        if other == order.owner {
            return;
        }
        let mut head = self.heads[other];
        let got = self.book().remove(order.id.handle, &owner(other), &mut head);
        assert_eq!(got, Err(BookError::NotOwner));
        assert_eq!(head, self.heads[other]);
    }

    /// The order of rank `at` and its neighbours are where they should be.
    fn check_around(&self, side: Side, at: usize) {
        let orders = self.side(side);
        let book = self.view();
        let handle = |i: usize| orders.get(i).map(|o| o.id.handle);
        if at > 0 {
            assert_eq!(book.next(orders[at - 1].id.handle), Ok(handle(at)));
        } else {
            assert_eq!(book.best(side), handle(0));
        }
        assert_eq!(book.next(orders[at].id.handle), Ok(handle(at + 1)));
        assert_eq!(book.by_order_id(orders[at].id), Ok(orders[at].id.handle));
        assert_eq!(book.worst(side), orders.last().map(|o| o.id.handle));
        assert_eq!(book.len(side), orders.len());
    }

    /// The newest order of `who` with this client id.
    pub fn check_client_id(&self, who: usize, client_id: u64) {
        let newest = self
            .model
            .iter()
            .flatten()
            .filter(|o| o.owner == who && o.client_id == client_id)
            .max_by_key(|o| o.id.seq)
            .map(|o| o.id.handle)
            .ok_or(BookError::NotFound);
        let found = self.view().find_by_client_id(self.heads[who], client_id);
        assert_eq!(found, newest);
    }

    /// Everything, compared; and the book's own invariants.
    pub fn check_all(&self) {
        let book = self.view();
        book.check_invariants().unwrap();
        for side in Side::BOTH {
            let orders = self.side(side);
            assert_eq!(book.total_lots(side), Lots::new(orders.iter().map(|o| o.lots).sum::<i64>()));
            let best = orders.first().map(|o| o.price);
            assert_eq!(book.best_price(side), Ok(best.map(Ticks::new)));
            let mut walk = book.orders(side);
            for expected in orders {
                let (handle, order) = walk.next().unwrap().unwrap();
                assert_eq!(handle, expected.id.handle);
                assert_eq!(order.seq, expected.id.seq);
                assert_eq!(order.owner, owner(expected.owner));
                assert_eq!(order.price_ticks, Ticks::new(expected.price));
                assert_eq!(order.lots, Lots::new(expected.lots));
            }
            assert!(walk.next().is_none());

            let levels: Vec<_> = book.levels(side).map(Result::unwrap).collect();
            let expected = orders.chunk_by(|a, b| a.price == b.price).map(|level| {
                let lots: i64 = level.iter().map(|o| o.lots).sum();
                (Ticks::new(level[0].price), Lots::new(lots), level.len() as u32)
            });
            assert!(levels.iter().map(|l| (l.price_ticks, l.lots, l.orders)).eq(expected));
        }
        let mut of_owner: Vec<Vec<OrderId>> = vec![vec![]; self.heads.len()];
        for order in self.model.iter().flatten() {
            of_owner[order.owner].push(order.id);
        }
        for (ids, head) in of_owner.iter_mut().zip(&self.heads) {
            ids.sort_by_key(|id| std::cmp::Reverse(id.seq));
            let listed: Vec<_> = book
                .owner_orders(*head)
                .map(|entry| entry.map(|(handle, o)| OrderId { handle, seq: o.seq }))
                .collect::<Result<_, _>>()
                .unwrap();
            assert_eq!(&listed, ids);
        }
    }

    /// An id of an order that is gone finds nothing, whatever rests in its slot now.
    pub fn check_gone(&self, rng: &mut Rng) {
        if !self.gone.is_empty() {
            let id = self.gone[rng.below(self.gone.len() as u64) as usize];
            assert_eq!(self.view().by_order_id(id), Err(BookError::NotFound));
        }
        let beyond = Handle(self.slots as u32 + 1 + rng.below(1000) as u32);
        assert!(matches!(self.view().get(beyond), Err(BookError::NotFound)));
    }
}
