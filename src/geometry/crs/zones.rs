//! What positions tell of the coordinate system they are in: one in which longitude and latitude are exchanged, degrees, a zone of
//! Gauss-Krüger by the number that eastings begin with.

use std::fmt;
use std::ops::Range;

use super::epsg;

/// Northings of all of China in Gauss-Krüger, with some room.
const CHINA_NORTH_M: Range<f64> = 100_000.0..6_300_000.0;
/// Half the side of the square of web maps.
const WEB_MERCATOR_EDGE_M: f64 = 20_037_508.4;
/// Zones reach 3.5 degrees at most to each side of their meridian, whose easting ends in 500 km.
const ZONE_EAST_M: Range<f64> = 100_000.0..900_000.0;
/// Numbers of the zones of 6 and of 3 degrees that China lies in.
const ZONES: [Range<i64>; 2] = [13..24, 25..46];

/// A number as people write it: those of very many digits by their power of ten.
#[derive(Clone, Copy, Debug)]
pub struct Coordinate(pub f64);

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Coordinate(number) = *self;
        if number == 0.0 || (1e-7..1e15).contains(&number.abs()) {
            fmt::Display::fmt(&number, f)
        } else {
            write!(f, "{number:e}")
        }
    }
}

/// What is wrong with such a position, east before north, that is out of range as it was read, given what it looks like.
pub fn out_of_range([x, y]: [f64; 2], looks: &str) -> String {
    let (x, y) = (Coordinate(x), Coordinate(y));
    format!("positions such as {x}, {y} are no longitude and latitude: {looks}")
}

/// What such positions look like, and what to do about it.
pub fn advice(position: [f64; 2]) -> String {
    let [x, y] = position;
    if x.abs() <= 180.0 && y.abs() <= 90.0 {
        return "they look like degrees, but are read in another system: --crs wgs84 if they are longitude and latitude".into();
    }
    if is_exchanged(position) {
        return "latitude and longitude seem to be exchanged, for the other way round they would be in range; longitude comes \
                first, so exchange the two in the file"
            .into();
    }
    let named = |epsg: u32| name(epsg).map(|crs| format!("--crs EPSG:{epsg} if it is {crs}"));
    let options: Vec<String> = guesses(position).into_iter().filter_map(named).collect();
    if !options.is_empty() {
        options.join(", ")
    } else if ZONE_EAST_M.contains(&x) && CHINA_NORTH_M.contains(&y) {
        "they look like Gauss-Krüger or UTM without the number of a zone: --crs EPSG:4534 to 4554 (3° zones of CGCS2000, by \
         the central meridian: 4534 is 75°E, each further one 3° more), 4502 to 4512 (6° zones), or 32601 to 32660 (UTM)"
            .into()
    } else if !guesses([y, x]).is_empty() {
        "they look like Gauss-Krüger with the northing first; swap the two".into()
    } else {
        "name their system with --crs".into()
    }
}

/// Whether a position that is out of range would be in it with longitude and latitude exchanged.
pub fn is_exchanged([x, y]: [f64; 2]) -> bool {
    x.abs() <= 90.0 && y.abs() <= 180.0 && y.abs() > 90.0
}

/// `EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)`
pub fn name(number: u32) -> Option<String> {
    epsg::definition(number).map(|known| format!("EPSG:{number} ({})", known.name))
}

/// The zone of China whose number the false easting of a definition as PROJ writes it begins with.
pub fn of_definition(definition: &str) -> Option<i64> {
    let is_transverse = ["+proj=etmerc", "+proj=tmerc"].iter().any(|formula| definition.contains(formula));
    let false_easting =
        definition.split_whitespace().find_map(|word| word.strip_prefix("+x_0="))?.parse::<f64>().ok()?;
    let zone = (false_easting - 500_000.0) / 1e6;
    let in_metres = !definition.contains("+to_meter=") && !definition.contains("+units=us-ft");
    (is_transverse && in_metres && zone.fract() == 0.0).then_some(zone as i64).filter(is_of_china)
}

/// The zone of China whose number an easting begins with.
pub fn of_easting(easting_m: f64) -> Option<i64> {
    let zone = (easting_m / 1e6).floor();
    let is_near = ZONE_EAST_M.contains(&(easting_m - zone * 1e6));
    is_near.then_some(zone as i64).filter(is_of_china)
}

/// The number in the EPSG register of CGCS2000 in a zone whose eastings begin with its number.
pub fn system(zone: i64) -> Option<u32> {
    ZONES.iter().zip([4491, 4513]).find_map(|(zones, first)| {
        zones.contains(&zone).then(|| first + u32::try_from(zone - zones.start).expect("it is in the range"))
    })
}

fn is_of_china(zone: &i64) -> bool {
    ZONES.iter().any(|zones| zones.contains(zone))
}

/// EPSG numbers of the systems that have positions there.
fn guesses([x, y]: [f64; 2]) -> Vec<u32> {
    let mut found = Vec::new();
    if CHINA_NORTH_M.contains(&y) {
        found.extend(of_easting(x).and_then(system));
    }
    if x.abs().max(y.abs()) <= WEB_MERCATOR_EDGE_M && x.abs() > 1_000_000.0 {
        found.push(3857);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_tell_their_system() {
        for (position, says) in [
            (
                [39_490_000.5, 3_410_000.0],
                "--crs EPSG:4527 if it is EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)",
            ),
            ([20_490_000.0, 3_410_000.0], "EPSG:4498"),
            ([13_012_345.0, 3_610_000.0], "EPSG:3857"),
            ([490_000.0, 3_410_000.0], "without the number of a zone"),
            ([3_410_000.0, 39_490_000.0], "swap the two"),
            ([30.8, 116.9], "latitude and longitude seem to be exchanged"),
            ([116.9, 30.8], "--crs wgs84"),
            ([116.9, 116.9], "name their system"),
            ([1e300, f64::MAX], "name their system"),
            ([-500.0, 3.0], "name their system"),
        ] {
            let advice = advice(position);
            assert!(advice.contains(says), "{position:?}: {advice}");
        }
    }

    #[test]
    fn every_zone_has_its_system() {
        for zone in (13..24).chain(25..46) {
            let definition = epsg::definition(system(zone).unwrap()).unwrap();
            assert!(definition.name.ends_with(&format!("zone {zone}")), "{}", definition.name);
            assert_eq!(of_definition(&definition.proj), Some(zone));
            assert_eq!(of_easting(zone as f64 * 1e6 + 489_485.0), Some(zone));
        }
        for number in [4534, 4502, 3857, 32650, 2056] {
            assert_eq!(of_definition(&epsg::definition(number).unwrap().proj), None, "EPSG:{number}");
        }
        assert_eq!((system(24), of_easting(24_500_000.0), of_easting(39_950_000.0)), (None, None, None));
    }

    #[test]
    fn numbers_have_few_digits() {
        let shown = |number| Coordinate(number).to_string();
        assert_eq!([shown(39_490_000.5), shown(0.0), shown(-116.9)], ["39490000.5", "0", "-116.9"]);
        assert_eq!([shown(1e300), shown(-1e-300)], ["1e300", "-1e-300"]);
    }
}
