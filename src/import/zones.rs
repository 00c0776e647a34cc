//! Which coordinate system positions look like that are no longitude and latitude.

use super::crs::ImportCrs;

/// Northings of all of China in Gauss-Krüger, with some room.
const CHINA_NORTH_M: std::ops::Range<f64> = 100_000.0..6_300_000.0;
/// Half the side of the square of web maps.
const WEB_MERCATOR_EDGE_M: f64 = 20_037_508.4;

/// Advice for such a position, east before north.
pub(super) fn advice(position: [f64; 2]) -> String {
    let [x, y] = position;
    let guesses = guesses(position);
    let mut options: Vec<String> = Vec::new();
    for epsg in guesses {
        if let Ok(crs) = ImportCrs::from_epsg(epsg) {
            options.push(format!("--crs EPSG:{epsg} if it is {crs}"));
        }
    }
    let looks = if options.is_empty() && guesses_without_zone(position) {
        "they look like Gauss-Krüger or UTM without the number of a zone: --crs EPSG:4534 to 4554 (3° zones of CGCS2000, by \
         the central meridian: 4534 is 75°E, each further one 3° more), 4502 to 4512 (6° zones), or 32601 to 32660 (UTM)"
            .to_string()
    } else if options.is_empty() && !guesses_of_swapped(position).is_empty() {
        "they look like Gauss-Krüger with the northing first; swap the two".to_string()
    } else if options.is_empty() {
        "name their system with --crs".to_string()
    } else {
        options.join(", ")
    };
    format!("positions such as {x}, {y} are no longitude and latitude: {looks}")
}

/// EPSG numbers of the systems that have positions there.
fn guesses([x, y]: [f64; 2]) -> Vec<u32> {
    let mut found = Vec::new();
    let zone = (x / 1e6).floor();
    // Zones reach 3.5 degrees at most to each side of their meridian, whose easting ends in 500 km.
    if CHINA_NORTH_M.contains(&y) && (100_000.0..900_000.0).contains(&(x - zone * 1e6)) {
        match zone as i64 {
            zone @ 13..=23 => found.push(4491 + zone as u32 - 13),
            zone @ 25..=45 => found.push(4513 + zone as u32 - 25),
            _ => {}
        }
    }
    if x.abs().max(y.abs()) <= WEB_MERCATOR_EDGE_M && x.abs() > 1_000_000.0 {
        found.push(3857);
    }
    found
}

fn guesses_without_zone([x, y]: [f64; 2]) -> bool {
    (100_000.0..900_000.0).contains(&x) && CHINA_NORTH_M.contains(&y)
}

fn guesses_of_swapped([x, y]: [f64; 2]) -> Vec<u32> {
    guesses([y, x])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eastings_tell_the_zone() {
        for (position, says) in [
            (
                [39_490_000.5, 3_410_000.0],
                "--crs EPSG:4527 if it is EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)",
            ),
            ([20_490_000.0, 3_410_000.0], "EPSG:4498"),
            ([13_012_345.0, 3_610_000.0], "EPSG:3857"),
            ([490_000.0, 3_410_000.0], "without the number of a zone"),
            ([3_410_000.0, 39_490_000.0], "swap the two"),
            ([1e300, f64::MAX], "name their system"),
            ([-500.0, 3.0], "name their system"),
        ] {
            let advice = advice(position);
            assert!(advice.contains(says), "{position:?}: {advice}");
        }
    }
}
