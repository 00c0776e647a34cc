//! Places for photos on their way in: few at once, for each is held in memory, and of those fewer from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::caller::{Caller, Via};
use crate::keys::network;

/// Photos that are on their way in at once.
const MAX_COMING: usize = 24;
/// Of those, from one address without a key: whoever sends slowly holds up few others.
const MAX_FROM_ONE: usize = 6;
/// Photos that are drawn anew at the same time: each takes a processor, and memory for all its pixels.
const MAX_REDRAWING: usize = 2;

/// How much may be going on with photos at the same time.
#[derive(Clone, Debug)]
pub(crate) struct PhotoPlaces {
    coming: Arc<Semaphore>,
    from: Arc<Mutex<HashMap<IpAddr, usize>>>,
    pub(super) redrawing: Arc<Semaphore>,
}

impl Default for PhotoPlaces {
    fn default() -> PhotoPlaces {
        let places = |count| Arc::new(Semaphore::new(count));
        PhotoPlaces { coming: places(MAX_COMING), from: Arc::default(), redrawing: places(MAX_REDRAWING) }
    }
}

impl PhotoPlaces {
    /// A place for a photo of the caller, for as long as it is held; `None` when there is none.
    pub(super) fn take(&self, caller: &Caller) -> Option<ComingPhoto> {
        let permit = self.coming.clone().try_acquire_owned().ok()?;
        let address = caller.address.filter(|_| caller.via == Via::Nobody).map(network);
        if let Some(address) = address {
            let mut from = self.from.lock().expect("nothing panics while it holds this lock");
            let count = from.entry(address).or_default();
            if *count >= MAX_FROM_ONE {
                return None;
            }
            *count += 1;
        }
        Some(ComingPhoto { address, from: self.from.clone(), _permit: permit })
    }
}

/// A photo that is on its way in.
#[derive(Debug)]
pub(super) struct ComingPhoto {
    address: Option<IpAddr>,
    from: Arc<Mutex<HashMap<IpAddr, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for ComingPhoto {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut from = self.from.lock().expect("nothing panics while it holds this lock");
        if let Some(count) = from.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                from.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Caller {
        Caller::nobody(Some(address.parse().unwrap()))
    }

    #[test]
    fn one_address_holds_few_places_and_gives_them_back() {
        let places = PhotoPlaces::default();
        // Addresses of one IPv6 network are one.
        let slow: Vec<ComingPhoto> = (0..MAX_FROM_ONE)
            .map(|i| places.take(&from(&format!("2001:db8::{i}"))).expect("there is a place"))
            .collect();
        assert!(places.take(&from("2001:db8::99")).is_none());
        assert!(places.take(&from("2001:db8:0:1::99")).is_some(), "others are not held up");
        drop(slow);
        assert!(places.take(&from("2001:db8::99")).is_some());
        assert!(places.from.lock().unwrap().is_empty(), "nothing of those who are gone is remembered");
    }

    #[test]
    fn keys_share_all_places() {
        let places = PhotoPlaces::default();
        let key = Caller { via: Via::Key, ..from("192.0.2.1") };
        let all: Vec<Option<ComingPhoto>> = (0..=MAX_COMING).map(|_| places.take(&key)).collect();
        assert_eq!(all.iter().flatten().count(), MAX_COMING);
        assert!(all[MAX_COMING].is_none());
    }
}
