//! The coordinate systems of the EPSG register that files come in, by their numbers: names and PROJ definitions.
//!
//! Whole families follow a formula, so this is a table of families. `tests/formats/crs.rs` holds every number in it
//! against PROJ.

const GRS80: &str = "+ellps=GRS80";
const WGS84: &str = "+ellps=WGS84";
/// CH1903 and CH1903+ to WGS 84 (EPSG operations 1676 and 1766).
const SWISS_DATUM: &str = "+ellps=bessel +towgs84=674.374,15.056,405.346";

/// A system's name and its definition as PROJ writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    pub name: String,
    pub proj: String,
}

/// Every number that [`definition`] knows.
pub fn all() -> impl Iterator<Item = u32> {
    (2000..=33_000).chain([102_100, 900_913]).filter(|&epsg| definition(epsg).is_some())
}

/// The system with this number.
pub fn definition(epsg: u32) -> Option<Definition> {
    geographic(epsg).or_else(|| china(epsg)).or_else(|| utm(epsg)).or_else(|| country(epsg)).or_else(|| japan(epsg))
}

fn defined(name: impl Into<String>, proj: impl Into<String>) -> Option<Definition> {
    Some(Definition { name: name.into(), proj: proj.into() })
}

/// Longitude and latitude.
fn geographic(epsg: u32) -> Option<Definition> {
    let (name, datum) = match epsg {
        4326 => ("WGS 84", WGS84),
        4490 => ("CGCS2000", GRS80),
        4258 => ("ETRS89", GRS80),
        4269 => ("NAD83", GRS80),
        4283 => ("GDA94", GRS80),
        7844 => ("GDA2020", GRS80),
        4612 => ("JGD2000", GRS80),
        6668 => ("JGD2011", GRS80),
        4737 => ("Korea 2000", GRS80),
        4167 => ("NZGD2000", GRS80),
        3824 => ("TWD97", GRS80),
        4171 => ("RGF93 v1", GRS80),
        4149 => ("CH1903", SWISS_DATUM),
        4150 => ("CH1903+", SWISS_DATUM),
        _ => return None,
    };
    defined(name, format!("+proj=longlat {datum}"))
}

/// CGCS2000 in Gauss-Krüger zones of 6 and 3 degrees, whose eastings begin with the zone's number or do not.
fn china(epsg: u32) -> Option<Definition> {
    let (width, zone, prefixed) = match epsg {
        4491..=4501 => (6, epsg - 4491 + 13, true),
        4502..=4512 => (6, epsg - 4502 + 13, false),
        4513..=4533 => (3, epsg - 4513 + 25, true),
        4534..=4554 => (3, epsg - 4534 + 25, false),
        _ => return None,
    };
    let meridian = if width == 6 { zone * 6 - 3 } else { zone * 3 };
    let easting = if prefixed { zone * 1_000_000 + 500_000 } else { 500_000 };
    let zone = if prefixed { format!("zone {zone}") } else { format!("CM {meridian}E") };
    let width = if width == 6 { "" } else { "3-degree " };
    defined(
        format!("CGCS2000 / {width}Gauss-Kruger {zone}"),
        format!("+proj=etmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={easting} +y_0=0 {GRS80}"),
    )
}

/// Universal Transverse Mercator on the datums that are as good as WGS 84.
fn utm(epsg: u32) -> Option<Definition> {
    let (name, zone, south, datum) = match epsg {
        32_601..=32_660 => ("WGS 84", epsg - 32_600, false, WGS84),
        32_701..=32_760 => ("WGS 84", epsg - 32_700, true, WGS84),
        25_828..=25_838 => ("ETRS89", epsg - 25_800, false, GRS80),
        // In Alaska's west and in Hawaii NAD83 lies a metre off.
        26_906..=26_923 => ("NAD83", epsg - 26_900, false, GRS80),
        28_348..=28_358 => ("GDA94", epsg - 28_300, true, GRS80),
        7846..=7859 => ("GDA2020", epsg - 7800, true, GRS80),
        3097..=3101 => ("JGD2000", epsg - 3097 + 51, false, GRS80),
        6688..=6692 => ("JGD2011", epsg - 6688 + 51, false, GRS80),
        _ => return None,
    };
    let (letter, flag) = if south { ("S", " +south") } else { ("N", "") };
    defined(format!("{name} / UTM zone {zone}{letter}"), format!("+proj=utm +zone={zone}{flag} {datum}"))
}

/// One system for a country or a continent.
fn country(epsg: u32) -> Option<Definition> {
    let (name, projection, datum) = match epsg {
        // One system with three numbers: before it had its own, and as Esri and as Google called it.
        3857 | 900_913 | 102_100 => ("WGS 84 / Pseudo-Mercator", "+proj=merc +a=6378137 +b=6378137", ""),
        3395 => ("WGS 84 / World Mercator", "+proj=merc +lon_0=0 +k=1 +x_0=0 +y_0=0", WGS84),
        2056 => (
            "CH1903+ / LV95",
            "+proj=somerc +lat_0=46.9524055555556 +lon_0=7.43958333333333 +k_0=1 +x_0=2600000 +y_0=1200000",
            SWISS_DATUM,
        ),
        21_781 => (
            "CH1903 / LV03",
            "+proj=somerc +lat_0=46.9524055555556 +lon_0=7.43958333333333 +k_0=1 +x_0=600000 +y_0=200000",
            SWISS_DATUM,
        ),
        2193 => (
            "NZGD2000 / New Zealand Transverse Mercator 2000",
            "+proj=etmerc +lat_0=0 +lon_0=173 +k=0.9996 +x_0=1600000 +y_0=10000000",
            GRS80,
        ),
        2154 => (
            "RGF93 v1 / Lambert-93",
            "+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000",
            GRS80,
        ),
        3006 => ("SWEREF99 TM", "+proj=utm +zone=33", GRS80),
        3034 => (
            "ETRS89-extended / LCC Europe",
            "+proj=lcc +lat_0=52 +lon_0=10 +lat_1=35 +lat_2=65 +x_0=4000000 +y_0=2800000",
            GRS80,
        ),
        3035 => ("ETRS89-extended / LAEA Europe", "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000", GRS80),
        3067 => ("ETRS89 / TM35FIN(E,N)", "+proj=utm +zone=35", GRS80),
        3414 => (
            "SVY21 / Singapore TM",
            "+proj=etmerc +lat_0=1.36666666666667 +lon_0=103.833333333333 +k=1 +x_0=28001.642 +y_0=38744.572",
            WGS84,
        ),
        3825 => ("TWD97 / TM2 zone 119", "+proj=etmerc +lat_0=0 +lon_0=119 +k=0.9999 +x_0=250000 +y_0=0", GRS80),
        3826 => ("TWD97 / TM2 zone 121", "+proj=etmerc +lat_0=0 +lon_0=121 +k=0.9999 +x_0=250000 +y_0=0", GRS80),
        5070 => ("NAD83 / Conus Albers", "+proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +x_0=0 +y_0=0", GRS80),
        5179 => (
            "Korea 2000 / Unified CS",
            "+proj=etmerc +lat_0=38 +lon_0=127.5 +k=0.9996 +x_0=1000000 +y_0=2000000",
            GRS80,
        ),
        5185 => {
            ("Korea 2000 / West Belt 2010", "+proj=etmerc +lat_0=38 +lon_0=125 +k=1 +x_0=200000 +y_0=600000", GRS80)
        }
        5186 => {
            ("Korea 2000 / Central Belt 2010", "+proj=etmerc +lat_0=38 +lon_0=127 +k=1 +x_0=200000 +y_0=600000", GRS80)
        }
        5187 => {
            ("Korea 2000 / East Belt 2010", "+proj=etmerc +lat_0=38 +lon_0=129 +k=1 +x_0=200000 +y_0=600000", GRS80)
        }
        5188 => {
            ("Korea 2000 / East Sea Belt 2010", "+proj=etmerc +lat_0=38 +lon_0=131 +k=1 +x_0=200000 +y_0=600000", GRS80)
        }
        _ => return None,
    };
    defined(name, format!("{projection} {datum}").trim_end())
}

/// The 19 zones of the Japan Plane Rectangular system.
fn japan(epsg: u32) -> Option<Definition> {
    /// Latitude and longitude of the origins, in degrees and minutes.
    const ORIGINS: [(u32, u32, u32); 19] = [
        (33, 129, 30),
        (33, 131, 0),
        (36, 132, 10),
        (33, 133, 30),
        (36, 134, 20),
        (36, 136, 0),
        (36, 137, 10),
        (36, 138, 30),
        (36, 139, 50),
        (40, 140, 50),
        (44, 140, 15),
        (44, 142, 15),
        (44, 144, 15),
        (26, 142, 0),
        (26, 127, 30),
        (26, 124, 0),
        (26, 131, 0),
        (20, 136, 0),
        (26, 154, 0),
    ];
    let (datum, zone) = match epsg {
        2443..=2461 => ("JGD2000", epsg - 2443),
        6669..=6687 => ("JGD2011", epsg - 6669),
        _ => return None,
    };
    let (latitude, degrees, minutes) = ORIGINS[zone as usize];
    let longitude = f64::from(degrees) + f64::from(minutes) / 60.0;
    defined(
        format!("{datum} / Japan Plane Rectangular CS {}", zone + 1),
        format!("+proj=etmerc +lat_0={latitude} +lon_0={longitude} +k=0.9999 +x_0=0 +y_0=0 {GRS80}"),
    )
}
