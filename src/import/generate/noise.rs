//! Chance by place: hashes of integers and smooth noise over the plane, the same on every machine.
//!
//! Only `+ - × ÷ √` of IEEE 754 are used here and in the whole generator, which every processor rounds alike; a sine
//! or an exponential differs in its last bit from one mathematics library to the next.

/// Mixes the bits of a number; each bit in turns half of the bits out. The finaliser of SplitMix64 (Steele, Lea and
/// Flood, "Fast splittable pseudorandom number generators", 2014).
pub(super) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One number out of several, in their order.
pub(super) fn mix_all(values: &[u64]) -> u64 {
    values.iter().fold(0, |mixed, &value| mix(mixed ^ value))
}

/// A hash as a number from 0 up to 1, without 1.
pub(super) fn unit(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1u64 << 53) as f64
}

/// Value noise: random values on the corners of squares of this side, joined smoothly. From 0 to 1, on average 0.5.
pub(super) fn noise(seed: u64, [x, y]: [f64; 2], side: f64) -> f64 {
    let (u, v) = (x / side, y / side);
    let (column, row) = (u.floor(), v.floor());
    let corner = |dx: f64, dy: f64| unit(mix_all(&[seed, (column + dx) as i64 as u64, (row + dy) as i64 as u64]));
    let smooth = |t: f64| t * t * (3.0 - 2.0 * t);
    let (s, t) = (smooth(u - column), smooth(v - row));
    let between = |a: f64, b: f64, part: f64| a + (b - a) * part;
    between(between(corner(0.0, 0.0), corner(1.0, 0.0), s), between(corner(0.0, 1.0), corner(1.0, 1.0), s), t)
}
