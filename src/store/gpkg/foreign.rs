//! Reads the layers of a GeoPackage that any program wrote. Such a file is data and nothing else: it is opened read-only,
//! none of its triggers can fire, and of its views only those are read that this program made itself.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow, SqliteValueRef};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Decode, Row, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use super::connect::MIGRATIONS;
use super::statements as sql;

/// Steps of SQLite's machine between two looks at whether it still gets anywhere.
const STEPS_PER_LOOK: i32 = 100_000;
/// Looks without a row, beyond which reading ends: some seconds.
const MAX_LOOKS: u64 = 3_000;
const MAX_TABLES: usize = 5_000;
const MAX_LAYERS: usize = 1_000;
const MAX_COLUMNS: usize = 2_000;

/// Why a file cannot be read. The messages are for whoever brought the file.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    #[error("it is an SQLite database, but no GeoPackage: {0}")]
    NotAGeoPackage(String),
    #[error("another program has it open ({0} lies beside it): close it there, or save a copy, and repeat this")]
    InUse(String),
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("it cannot be opened: {0}")]
    Unreadable(String),
    #[error("{0}")]
    Refused(String),
}

/// A GeoPackage that is open for reading.
#[derive(Debug)]
pub struct ForeignGeoPackage {
    connection: SqliteConnection,
    layers: Vec<ForeignLayer>,
    file_bytes: u64,
    looks: Arc<AtomicU64>,
}

/// A layer with shapes.
#[derive(Clone, Debug)]
pub struct ForeignLayer {
    pub name: String,
    pub crs: ForeignCrs,
    /// Names of its fields, the shape not among them.
    pub fields: Vec<String>,
    shape: String,
    /// The column that numbers the rows.
    number: Option<String>,
    /// Why it cannot be read.
    refused: Option<String>,
}

/// What a file says of a layer's coordinate system.
#[derive(Clone, Debug, Default)]
pub struct ForeignCrs {
    /// -1 and 0 mean that nobody knows; others only mean something in the file itself.
    pub id: i64,
    pub organization: String,
    pub code: i64,
    pub wkt: String,
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum ForeignValue {
    /// Also numbers and dates, as they are written down; nothing as an empty text.
    Text(String),
    NotUtf8,
    Binary,
}

/// A row of a layer.
#[derive(Clone, Debug)]
pub struct ForeignRow {
    pub number: i64,
    /// As many as were asked for.
    pub fields: Vec<ForeignValue>,
    pub shape: ForeignShape,
}

/// The shape of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForeignShape {
    Missing,
    Blob(Vec<u8>),
    /// Of so many bytes, more than were allowed.
    TooLarge(u64),
    /// Something else than bytes stands there.
    NotAShape,
}

impl ForeignGeoPackage {
    /// Opens the file and finds its layers.
    pub async fn open(path: &Path) -> Result<ForeignGeoPackage, ForeignError> {
        not_in_use(path)?;
        let unreadable = |error: std::io::Error| ForeignError::Unreadable(error.to_string());
        let file_bytes = std::fs::metadata(path).map_err(unreadable)?.len();
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .immutable(true)
            .foreign_keys(false)
            .row_buffer_size(1)
            .statement_cache_capacity(0)
            .pragma("trusted_schema", "OFF")
            .pragma("cell_size_check", "ON")
            .pragma("query_only", "ON");
        let mut connection = options.disable_statement_logging().connect().await.map_err(explain)?;
        let looks = Arc::new(AtomicU64::new(0));
        let watched = Arc::clone(&looks);
        connection
            .lock_handle()
            .await
            .map_err(explain)?
            .set_progress_handler(STEPS_PER_LOOK, move || watched.fetch_add(1, Ordering::Relaxed) < MAX_LOOKS);
        let layers = layers(&mut connection).await?;
        Ok(ForeignGeoPackage { connection, layers, file_bytes, looks })
    }

    pub fn layers(&self) -> &[ForeignLayer] {
        &self.layers
    }

    /// Hands the rows of a layer on, with the fields at these places of [`ForeignLayer::fields`], until `take` breaks off.
    pub async fn rows(
        &mut self,
        layer: usize,
        fields: &[usize],
        max_shape_bytes: usize,
        mut take: impl FnMut(ForeignRow) -> ControlFlow<()> + Send,
    ) -> Result<(), ForeignError> {
        let layer = &self.layers[layer];
        if let Some(why) = &layer.refused {
            return Err(ForeignError::Refused(format!("layer {}: {why}", layer.name)));
        }
        let text = rows_statement(layer, fields);
        let max_bytes = i64::try_from(max_shape_bytes).unwrap_or(i64::MAX);
        let mut rows = sqlx::query(AssertSqlSafe(text)).bind(max_bytes).fetch(&mut self.connection);
        let mut number = 0;
        let mut taken_bytes = 0u64;
        while let Some(row) = rows.try_next().await.map_err(explain)? {
            self.looks.store(0, Ordering::Relaxed);
            number += 1;
            let row = foreign_row(&row, number, fields.len())?;
            // Pages that are used twice would give more, perhaps without end. Text in UTF-16 grows by half at most.
            taken_bytes += 1 + row.bytes();
            if taken_bytes > self.file_bytes.saturating_mul(2) {
                return Err(ForeignError::Damaged("its pages lie in one another".into()));
            }
            if take(row).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub async fn close(self) {
        // Nothing was written, so nothing can be lost.
        let _ = self.connection.close().await;
    }
}

/// What another program has written and not yet put into the file would be missed.
fn not_in_use(path: &Path) -> Result<(), ForeignError> {
    for suffix in ["-wal", "-journal"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        let beside = PathBuf::from(beside);
        if std::fs::metadata(&beside).is_ok_and(|log| log.len() > 0) {
            let name = beside.file_name().map(|name| name.to_string_lossy().into_owned());
            return Err(ForeignError::InUse(name.unwrap_or_default()));
        }
    }
    Ok(())
}

/// A table or a view of the file.
struct Thing {
    name: String,
    is_view: bool,
    is_virtual: bool,
    is_ours: bool,
}

async fn layers(connection: &mut SqliteConnection) -> Result<Vec<ForeignLayer>, ForeignError> {
    let things = things(connection).await?;
    let find = |name: &str| things.iter().find(|thing| thing.name.eq_ignore_ascii_case(name));
    for name in ["gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"] {
        if !find(name).is_some_and(|thing| !thing.is_view && !thing.is_virtual) {
            return Err(ForeignError::NotAGeoPackage(format!("it has no table {name}")));
        }
        let columns =
            sqlx::query(sql::FOREIGN_COLUMNS).bind(name).fetch_all(&mut *connection).await.map_err(explain)?;
        for column in columns {
            if column.try_get::<i64, _>(3).map_err(explain)? != 0 {
                return Err(ForeignError::NotAGeoPackage(format!("a column of its table {name} is computed")));
            }
        }
    }
    let generated: i64 = sqlx::query(sql::FOREIGN_GENERATED)
        .fetch_one(&mut *connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(explain)?;
    let views_are_ours =
        generated == 0 && things.iter().all(|thing| if thing.is_view { thing.is_ours } else { !thing.is_virtual });
    let mut layers: Vec<ForeignLayer> = Vec::new();
    for row in sqlx::query(sql::FOREIGN_LAYERS).fetch_all(&mut *connection).await.map_err(explain)? {
        let name = text(&row, 0)?;
        let Some(thing) = find(&name) else { continue };
        if layers.len() == MAX_LAYERS {
            return Err(ForeignError::Refused(format!("it has more than {MAX_LAYERS} layers")));
        }
        if layers.iter().any(|layer| layer.name.eq_ignore_ascii_case(&name)) {
            return Err(ForeignError::Damaged(format!("layer {name} is listed twice")));
        }
        let (shape, crs) = (text(&row, 1)?, foreign_crs(&row)?);
        let refused = match thing {
            Thing { is_view: true, .. } if !views_are_ours => Some("it is a view, which is not read"),
            Thing { is_virtual: true, .. } => Some("it is a virtual table, which is not read"),
            _ => None,
        };
        let refused = refused.map(|why| format!("{why}; make a table of it: ogr2ogr OUT.gpkg IN.gpkg {name}"));
        let layer = ForeignLayer { name, crs, fields: Vec::new(), shape, number: None, refused };
        layers.push(if layer.refused.is_some() { layer } else { with_columns(connection, layer).await? });
    }
    Ok(layers)
}

async fn things(connection: &mut SqliteConnection) -> Result<Vec<Thing>, ForeignError> {
    let rows = sqlx::query(sql::FOREIGN_SCHEMA).fetch_all(connection).await.map_err(explain)?;
    if rows.len() > MAX_TABLES {
        return Err(ForeignError::Refused(format!("it has more than {MAX_TABLES} tables")));
    }
    let thing = |row: &SqliteRow| {
        let made = text(row, 2)?;
        Ok(Thing {
            name: text(row, 0)?,
            is_view: text(row, 1)? == "view",
            is_virtual: made.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("CREATE VIRTUAL")),
            is_ours: made.starts_with("CREATE VIEW")
                && MIGRATIONS.iter().any(|(_, _, text)| text.split(';').any(|statement| statement.ends_with(&made))),
        })
    };
    rows.iter().map(thing).collect()
}

/// Finds the columns of a layer.
async fn with_columns(
    connection: &mut SqliteConnection,
    mut layer: ForeignLayer,
) -> Result<ForeignLayer, ForeignError> {
    let rows = sqlx::query(sql::FOREIGN_COLUMNS).bind(&layer.name).fetch_all(connection).await.map_err(explain)?;
    if rows.len() > MAX_COLUMNS {
        return Err(ForeignError::Refused(format!("layer {} has more than {MAX_COLUMNS} columns", layer.name)));
    }
    let mut has_shape = false;
    for row in rows {
        let (name, kind) = (text(&row, 0)?, text(&row, 1)?);
        let (key, hidden): (i64, i64) = (row.try_get(2).map_err(explain)?, row.try_get(3).map_err(explain)?);
        if hidden != 0 {
            continue;
        }
        if name.eq_ignore_ascii_case(&layer.shape) {
            has_shape = true;
        } else if key == 1 && kind == "INTEGER" {
            layer.number = Some(name);
        } else {
            layer.fields.push(name);
        }
    }
    if !has_shape {
        layer.refused = Some(format!("its column {} for shapes is missing", layer.shape));
    }
    Ok(layer)
}

fn rows_statement(layer: &ForeignLayer, fields: &[usize]) -> String {
    // Comments could hold braces, and names could hold anything: each place is filled once, from the left.
    let bare = |text: &'static str| text.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
    let field = bare(sql::FOREIGN_FIELD);
    let fields: String =
        fields.iter().map(|&at| format!(", {}", filled(&field, &[("field", &quoted(&layer.fields[at]))]))).collect();
    let number = layer.number.as_deref().map_or_else(|| "NULL".to_owned(), quoted);
    let (shape, name) = (quoted(&layer.shape), quoted(&layer.name));
    filled(&bare(sql::FOREIGN_ROWS), &[("number", &number), ("shape", &shape), ("fields", &fields), ("layer", &name)])
}

/// Puts values where their names stand in braces; values are not looked at again.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("the statement closes its braces");
        let value = values.iter().find(|(known, _)| *known == name).expect("the statement names what is there").1;
        out.push_str(before);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A name as SQL has it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn foreign_crs(row: &SqliteRow) -> Result<ForeignCrs, ForeignError> {
    let number = |at: usize| match row.try_get_raw(at).map_err(explain)? {
        value if value.type_info().name() == "INTEGER" => <i64 as Decode<Sqlite>>::decode(value).map_err(decoded),
        _ => Ok(0),
    };
    Ok(ForeignCrs { id: number(6)?, organization: text(row, 3)?, code: number(4)?, wkt: text(row, 5)? })
}

impl ForeignRow {
    fn bytes(&self) -> u64 {
        let shape = match &self.shape {
            ForeignShape::Blob(blob) => blob.len() as u64,
            _ => 0,
        };
        let text = |field: &ForeignValue| match field {
            // Numbers take fewer bytes in the file than on paper.
            ForeignValue::Text(text) if text.len() > 24 => text.len() as u64,
            _ => 0,
        };
        shape + self.fields.iter().map(text).sum::<u64>()
    }
}

fn foreign_row(row: &SqliteRow, count: i64, fields: usize) -> Result<ForeignRow, ForeignError> {
    let number = match row.try_get_raw(0).map_err(explain)? {
        value if value.type_info().name() == "INTEGER" => <i64 as Decode<Sqlite>>::decode(value).map_err(decoded)?,
        _ => count,
    };
    let size: Option<i64> = row.try_get(1).map_err(explain)?;
    let shape = row.try_get_raw(2).map_err(explain)?;
    let shape = match (size, shape.type_info().name()) {
        (None, _) => ForeignShape::Missing,
        (Some(_), "BLOB") => ForeignShape::Blob(<Vec<u8> as Decode<Sqlite>>::decode(shape).map_err(decoded)?),
        (Some(size), _) => match row.try_get::<bool, _>(3).map_err(explain)? {
            true => ForeignShape::TooLarge(u64::try_from(size).unwrap_or_default()),
            false => ForeignShape::NotAShape,
        },
    };
    let fields = (0..fields).map(|at| value(row.try_get_raw(4 + at).map_err(explain)?)).collect::<Result<_, _>>()?;
    Ok(ForeignRow { number, fields, shape })
}

fn value(value: SqliteValueRef<'_>) -> Result<ForeignValue, ForeignError> {
    let kind = value.type_info().name().to_owned();
    Ok(match kind.as_str() {
        _ if value.is_null() => ForeignValue::Text(String::new()),
        "BLOB" => ForeignValue::Binary,
        "INTEGER" => ForeignValue::Text(<i64 as Decode<Sqlite>>::decode(value).map_err(decoded)?.to_string()),
        "REAL" => ForeignValue::Text(number_text(<f64 as Decode<Sqlite>>::decode(value).map_err(decoded)?)),
        _ => match std::str::from_utf8(<&[u8] as Decode<Sqlite>>::decode(value).map_err(decoded)?) {
            Ok(text) => ForeignValue::Text(text.to_owned()),
            Err(_) => ForeignValue::NotUtf8,
        },
    })
}

/// A number by its plain digits where it is whole.
fn number_text(number: f64) -> String {
    /// Above it a double does not hold every whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT { format!("{number:.0}") } else { format!("{number:?}") }
}

/// A text of the file's own tables; empty where there is none.
fn text(row: &SqliteRow, at: usize) -> Result<String, ForeignError> {
    match value(row.try_get_raw(at).map_err(explain)?)? {
        ForeignValue::Text(text) => Ok(text),
        ForeignValue::NotUtf8 => Err(ForeignError::Damaged("a name in it is not UTF-8".into())),
        ForeignValue::Binary => Err(ForeignError::Damaged("bytes stand where a name should".into())),
    }
}

fn decoded(error: sqlx::error::BoxDynError) -> ForeignError {
    ForeignError::Damaged(error.to_string())
}

fn explain(error: sqlx::Error) -> ForeignError {
    /// Primary result code of SQLite: a progress handler said no.
    const INTERRUPT: &str = "9";
    match &error {
        sqlx::Error::Database(fault) if fault.code().as_deref() == Some(INTERRUPT) => {
            ForeignError::Damaged("reading it comes to no end".into())
        }
        sqlx::Error::Database(fault) => ForeignError::Damaged(fault.message().into()),
        _ => ForeignError::Unreadable(error.to_string()),
    }
}
