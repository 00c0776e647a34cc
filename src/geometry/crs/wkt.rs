//! The text of a `.prj` or of a GeoPackage's `gpkg_spatial_ref_sys` (well-known text 1, as OGC and as Esri write it) to a
//! coordinate system: by its number in the EPSG register where it gives one that is known, else by its parameters.

use super::epsg::{self, Definition};
use super::projection::{Projection, UnusableDefinition};

/// Longest text; real ones have 1 to 2 kB.
pub const MAX_BYTES: usize = 64 << 10;
/// Brackets open at once; real ones have 5.
const MAX_DEPTH: u32 = 16;

/// Datums that agree with WGS 84 within about a metre: fixed to the earth, or to a continent since the eighties.
/// Lower case, letters and digits only, without Esri's `D_`.
const LIKE_WGS84: [&str; 32] = [
    "wgs1984",
    "wgs84",
    "worldgeodeticsystem1984",
    "worldgeodeticsystem1984ensemble",
    "china2000",
    "cgcs2000",
    "chinageodeticcoordinatesystem2000",
    "etrs1989",
    "europeanterrestrialreferencesystem1989",
    "europeanterrestrialreferencesystem1989ensemble",
    "northamerican1983",
    "northamericandatum1983",
    "gda1994",
    "geocentricdatumofaustralia1994",
    "gda2020",
    "geocentricdatumofaustralia2020",
    "jgd2000",
    "japanesegeodeticdatum2000",
    "jgd2011",
    "japanesegeodeticdatum2011",
    "geocentricdatumofkorea",
    "korea2000",
    "newzealandgeodeticdatum2000",
    "nzgd2000",
    "svy21",
    "taiwandatum1997",
    "twd1997",
    "rgf1993",
    "rgf1993v1",
    "reseaugeodesiquefrancais1993v1",
    "reseaugeodesiquefrancais1993",
    "sweref99",
];

/// Why a text gives no coordinate system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WktError {
    #[error("it is no well-known text of a coordinate system")]
    NotWkt,
    #[error("its projection `{0}` is not one of those that are known here")]
    Projection(String),
    #[error("its datum `{0}` lies off WGS 84 by an amount that is not known here")]
    Datum(String),
    /// Xi'an 1980 and Beijing 1954.
    #[error(
        "its datum `{0}` lies up to 150 m off CGCS2000 by an amount that differs from place to place and is not public; \
         have the surveying office convert the file to CGCS2000"
    )]
    OldChinese(String),
    #[error("its {0} cannot be used")]
    Parameter(String),
    #[error(transparent)]
    Unusable(#[from] UnusableDefinition),
}

/// What a text says.
#[derive(Clone, Debug, PartialEq)]
pub enum System {
    Epsg(u32),
    Projection(Box<Projection>),
}

/// Reads a text.
pub fn read(text: &str) -> Result<System, WktError> {
    let root = parse(text).ok_or(WktError::NotWkt)?;
    // Heights beside: the part that lies flat is the first in it.
    let root = root.child(&["COMPD_CS", "COMPOUNDCRS"], true).map_or(&root, |compound| {
        compound
            .nodes()
            .find(|node| node.is(&["PROJCS", "GEOGCS", "PROJCRS", "GEOGCRS", "GEODCRS"]))
            .unwrap_or(compound)
    });
    if let Some(epsg) = root.number_in_register().filter(|&epsg| epsg::definition(epsg).is_some()) {
        return Ok(System::Epsg(epsg));
    }
    let name = root.texts().next().unwrap_or("without a name").chars().take(80).collect::<String>();
    let definition = match root.keyword.as_str() {
        "PROJCS" => projected(root, name)?,
        "GEOGCS" => Definition { name, proj: format!("+proj=longlat {}", datum_of(root)?) },
        _ => return Err(WktError::NotWkt),
    };
    Ok(System::Projection(Box::new(Projection::new(definition.name, definition.proj)?)))
}

/// `PROJCS[name, GEOGCS[…], PROJECTION[…], PARAMETER[…]…, UNIT[…]]`
fn projected(root: &Node, name: String) -> Result<Definition, WktError> {
    let datum = datum_of(root.child(&["GEOGCS"], false).ok_or(WktError::NotWkt)?)?;
    let projection = root.child(&["PROJECTION"], false).and_then(|node| node.texts().next()).ok_or(WktError::NotWkt)?;
    let to_metre = match root.child(&["UNIT"], false) {
        Some(unit) => unit.numbers().next().filter(|metres| (1e-3..=1e6).contains(metres)),
        None => Some(1.0),
    }
    .ok_or_else(|| WktError::Parameter("unit of length".into()))?;
    let of = |names: &[&str]| {
        let same = |node: &&Node| {
            node.is(&["PARAMETER"]) && node.texts().next().is_some_and(|text| names.contains(&plain(text).as_str()))
        };
        root.nodes().find(same).and_then(|node| node.numbers().next())
    };
    let angle = |names: &[&str], usual: f64| match of(names).unwrap_or(usual) {
        degrees if (-360.0..=360.0).contains(&degrees) => Ok(degrees),
        _ => Err(WktError::Parameter(names[0].into())),
    };
    let length_m = |names: &[&str]| match of(names).unwrap_or(0.0) * to_metre {
        metres if metres.abs() < 1e9 => Ok(metres),
        _ => Err(WktError::Parameter(names[0].into())),
    };
    let scale = match of(&["scalefactor"]).unwrap_or(1.0) {
        scale if (0.1..=10.0).contains(&scale) => scale,
        _ => return Err(WktError::Parameter("scale factor".into())),
    };
    let lon_0 = angle(&["centralmeridian", "longitudeofcenter", "longitudeoforigin"], 0.0)?;
    let lat_0 = angle(&["latitudeoforigin", "latitudeofcenter"], 0.0)?;
    let lat_1 = angle(&["standardparallel1"], lat_0)?;
    let lat_2 = angle(&["standardparallel2"], lat_1)?;
    let (x_0, y_0) = (length_m(&["falseeasting"])?, length_m(&["falsenorthing"])?);
    let formula = match plain(projection).as_str() {
        "transversemercator" | "gausskruger" | "transversemercatorcomplex" => {
            format!("+proj=etmerc +lat_0={lat_0} +lon_0={lon_0} +k={scale}")
        }
        // The sphere through the equator, without regard to the datum's ellipsoid.
        "mercatorauxiliarysphere" | "popularvisualisationpseudomercator" => return web_mercator(name),
        "mercator1sp" if root.names_web_mercator() => return web_mercator(name),
        "mercator" | "mercator1sp" | "mercator2sp" => {
            let lat_ts = angle(&["standardparallel1", "latitudeoftruescale"], 0.0)?;
            format!("+proj=merc +lon_0={lon_0} +lat_ts={lat_ts} +k={scale}")
        }
        "lambertconformalconic1sp" => format!("+proj=lcc +lat_0={lat_0} +lon_0={lon_0} +lat_1={lat_0} +k_0={scale}"),
        "lambertconformalconic" | "lambertconformalconic2sp" => {
            format!("+proj=lcc +lat_0={lat_0} +lon_0={lon_0} +lat_1={lat_1} +lat_2={lat_2} +k_0={scale}")
        }
        "albers" | "albersconicequalarea" => {
            format!("+proj=aea +lat_0={lat_0} +lon_0={lon_0} +lat_1={lat_1} +lat_2={lat_2}")
        }
        "lambertazimuthalequalarea" => format!("+proj=laea +lat_0={lat_0} +lon_0={lon_0}"),
        "hotineobliquemercatorazimuthcenter" | "hotineobliquemercator" | "swissobliquecylindrical"
            if of(&["azimuth"]).is_none_or(|azimuth| azimuth == 90.0) =>
        {
            format!("+proj=somerc +lat_0={lat_0} +lon_0={lon_0} +k_0={scale}")
        }
        _ => return Err(WktError::Projection(projection.chars().take(80).collect())),
    };
    let units = if to_metre == 1.0 { String::new() } else { format!(" +to_meter={to_metre}") };
    Ok(Definition { name, proj: format!("{formula} +x_0={x_0} +y_0={y_0} {datum}{units}") })
}

fn web_mercator(name: String) -> Result<Definition, WktError> {
    let known = epsg::definition(3857).expect("the register has the system of web maps");
    Ok(Definition { name, ..known })
}

/// Ellipsoid, and what it takes from there to WGS 84, of `GEOGCS[name, DATUM[name, SPHEROID[…], TOWGS84[…]], PRIMEM[…],
/// UNIT[…]]`.
fn datum_of(geographic: &Node) -> Result<String, WktError> {
    let degree = geographic.child(&["UNIT"], false).and_then(|unit| unit.numbers().next());
    if degree.is_some_and(|degree| (degree - 1f64.to_radians()).abs() > 1e-9) {
        return Err(WktError::Parameter("unit of angles (not the degree)".into()));
    }
    let meridian = geographic.child(&["PRIMEM"], false).and_then(|meridian| meridian.numbers().next());
    if meridian.is_some_and(|meridian| meridian != 0.0) {
        return Err(WktError::Parameter("prime meridian (not Greenwich)".into()));
    }
    let datum = geographic.child(&["DATUM"], false).ok_or(WktError::NotWkt)?;
    let name = datum.texts().next().unwrap_or("without a name");
    let mut size = datum.child(&["SPHEROID", "ELLIPSOID"], false).into_iter().flat_map(Node::numbers);
    let ellipsoid = match (size.next(), size.next()) {
        (Some(a), Some(0.0)) if (6.3e6..6.4e6).contains(&a) => format!("+a={a} +b={a}"),
        (Some(a), Some(rf)) if (6.3e6..6.4e6).contains(&a) && (200.0..400.0).contains(&rf) => {
            format!("+a={a} +rf={rf}")
        }
        _ => return Err(WktError::Parameter("ellipsoid".into())),
    };
    let plain = plain(name);
    let known = plain.strip_prefix('d').filter(|_| name.starts_with("D_")).unwrap_or(&plain);
    let shift: Vec<f64> = datum.child(&["TOWGS84"], false).into_iter().flat_map(Node::numbers).collect();
    let shift_is_sane = matches!(shift.len(), 3 | 7) && shift.iter().all(|number| number.abs() < 1e4);
    if LIKE_WGS84.contains(&known) {
        Ok(ellipsoid)
    } else if known == "ch1903" {
        Ok("+ellps=bessel +towgs84=674.374,15.056,405.346".into())
    } else if known.contains("xian1980") || known.contains("beijing1954") {
        Err(WktError::OldChinese(name.chars().take(80).collect()))
    } else if shift_is_sane {
        let numbers: Vec<String> = shift.iter().map(f64::to_string).collect();
        Ok(format!("{ellipsoid} +towgs84={}", numbers.join(",")))
    } else {
        Err(WktError::Datum(name.chars().take(80).collect()))
    }
}

/// Lower case, letters and digits only: `Gauss_Kruger` and `Gauss-Kruger` are one.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// `KEYWORD[value, …]`
#[derive(Debug)]
struct Node {
    keyword: String,
    values: Vec<Value>,
}

#[derive(Debug)]
enum Value {
    Text(String),
    Number(f64),
    Node(Node),
    /// A bare word, such as the direction of an axis.
    Word,
}

impl Node {
    fn is(&self, keywords: &[&str]) -> bool {
        keywords.contains(&self.keyword.as_str())
    }

    fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.values.iter().filter_map(|value| if let Value::Node(node) = value { Some(node) } else { None })
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.values.iter().filter_map(|value| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.values.iter().filter_map(|value| if let Value::Number(number) = value { Some(*number) } else { None })
    }

    /// The first with one of these keywords, among the parts or, `itself`, this.
    fn child(&self, keywords: &[&str], itself: bool) -> Option<&Node> {
        if itself {
            return self.is(keywords).then_some(self);
        }
        self.nodes().find(|node| node.is(keywords))
    }

    /// `AUTHORITY["EPSG","4527"]`, or `ID["EPSG",4527]`.
    fn number_in_register(&self) -> Option<u32> {
        let authority = self.child(&["AUTHORITY", "ID"], false)?;
        let mut texts = authority.texts();
        if !matches!(texts.next()?.to_ascii_uppercase().as_str(), "EPSG" | "ESRI") {
            return None;
        }
        let number = texts.next().and_then(|text| text.trim().parse().ok());
        number.or_else(|| authority.numbers().next().filter(|n| (0.0..1e7).contains(n)).map(|n| n as u32))
    }

    /// GDAL's way to write the sphere of web maps in the older text.
    fn names_web_mercator(&self) -> bool {
        let extension = self.child(&["EXTENSION"], false);
        extension.is_some_and(|node| node.texts().any(|text| text.contains("+a=6378137 +b=6378137")))
    }
}

/// `None` for what is no such text. Esri's programs write the system of heights behind the other one, with a comma between:
/// `PROJCS[…],VERTCS[…]`. It is passed over, for heights are dropped.
fn parse(text: &str) -> Option<Node> {
    let mut rest = Some(text.trim_start_matches('\u{feff}').trim()).filter(|text| text.len() <= MAX_BYTES)?;
    let root = node(&mut rest, 0)?;
    rest = rest.trim_start();
    if let Some(heights) = rest.strip_prefix(',') {
        rest = heights.trim_start();
        node(&mut rest, 0).filter(|heights| heights.is(&["VERTCS"]) && root.is(&["PROJCS", "GEOGCS"]))?;
    }
    rest.trim().is_empty().then_some(root)
}

fn node(rest: &mut &str, depth: u32) -> Option<Node> {
    let word = take_word(rest);
    if word.is_empty() || depth == MAX_DEPTH {
        return None;
    }
    let keyword = word.to_ascii_uppercase();
    let close = match rest.chars().next()? {
        '[' => ']',
        '(' => ')',
        _ => return None,
    };
    let mut values = Vec::new();
    loop {
        // The bracket, or a comma.
        *rest = rest[1..].trim_start();
        values.push(value(rest, depth)?);
        *rest = rest.trim_start();
        match rest.chars().next()? {
            ',' => {}
            end if end == close => {
                *rest = &rest[1..];
                return Some(Node { keyword, values });
            }
            _ => return None,
        }
    }
}

fn value(rest: &mut &str, depth: u32) -> Option<Value> {
    match rest.chars().next()? {
        '"' => {
            // A quote inside is doubled, which no name of a coordinate system needs.
            let (text, after) = rest[1..].split_once('"')?;
            *rest = after;
            Some(Value::Text(text.to_owned()))
        }
        c if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => {
            let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let number = rest[..end].parse::<f64>().ok().filter(|number| number.is_finite())?;
            *rest = &rest[end..];
            Some(Value::Number(number))
        }
        _ => {
            let before = *rest;
            if take_word(rest).is_empty() {
                return None;
            }
            if !rest.starts_with(['[', '(']) {
                return Some(Value::Word);
            }
            *rest = before;
            node(rest, depth + 1).map(Value::Node)
        }
    }
}

/// Takes letters, digits and `_`, and the space behind them.
fn take_word<'a>(rest: &mut &'a str) -> &'a str {
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after.trim_start();
    word
}
