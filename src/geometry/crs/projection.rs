//! Projected and other geographic coordinate systems to WGS 84, by their definition as PROJ writes it.

use std::fmt;

use proj4rs::Proj;
use proj4rs::transform::transform;

use super::zones;

/// A coordinate system with the parameters to leave it for WGS 84. Positions are `[east, north]`, or longitude and
/// latitude in degrees, whatever order of axes its definition gives.
#[derive(Clone)]
pub struct Projection {
    name: String,
    definition: String,
    system: Proj,
    wgs84: Proj,
    /// Longitude and latitude that are taken as they are.
    is_like_wgs84: bool,
    /// The zone of China whose number the eastings begin with.
    zone: Option<i64>,
}

/// The parameters define no coordinate system, or one whose formula is not known here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its parameters cannot be used ({0})")]
pub struct UnusableDefinition(String);

impl Projection {
    /// `definition` as PROJ writes it. Without `+towgs84` its datum is taken as equal to WGS 84, which is within a metre
    /// for those fixed to the earth or to a continent since the eighties.
    pub fn new(name: impl Into<String>, definition: impl Into<String>) -> Result<Projection, UnusableDefinition> {
        let (name, definition) = (name.into(), definition.into());
        let proj = |text: &str| Proj::from_proj_string(text).map_err(|error| UnusableDefinition(error.to_string()));
        let system = proj(&definition)?;
        // A side without a datum keeps longitude and latitude as they are.
        let wgs84 = proj(match definition.contains("+towgs84=") {
            true => "+proj=longlat +ellps=WGS84 +towgs84=0,0,0",
            false => "+proj=longlat +ellps=WGS84",
        })?;
        if !system.has_inverse() {
            return Err(UnusableDefinition("its formula has no inverse".into()));
        }
        let is_like_wgs84 = system.is_latlong() && !definition.contains("+towgs84=");
        let zone = zones::of_definition(&definition);
        Ok(Projection { name, definition, system, wgs84, is_like_wgs84, zone })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The zone of Gauss-Krüger whose number the eastings have to begin with.
    pub fn zone(&self) -> Option<i64> {
        self.zone
    }

    /// Longitude and latitude in degrees; not numbers where the projection does not reach.
    pub fn to_wgs84(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        const NOWHERE: [f64; 2] = [f64::NAN; 2];
        if self.is_like_wgs84 {
            return [x, y];
        }
        if !(x.is_finite() && y.is_finite()) {
            return NOWHERE;
        }
        let mut position = match self.system.is_latlong() {
            true => (x.to_radians(), y.to_radians(), 0.0),
            false => (x, y, 0.0),
        };
        match transform(&self.system, &self.wgs84, &mut position) {
            Ok(()) => [position.0.to_degrees(), position.1.to_degrees()],
            Err(_) => NOWHERE,
        }
    }
}

impl PartialEq for Projection {
    fn eq(&self, other: &Projection) -> bool {
        self.definition == other.definition
    }
}

impl fmt::Debug for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.definition)
    }
}
