//! Cuts the text of a file into the texts of its features, with bounded memory and without parsing them.
//!
//! Understood are a FeatureCollection (its `features` are cut out one by one, wherever the array stands), a single
//! object, objects one after the other, one object a line, and records that begin with the separator of RFC 8142.

use std::io::BufRead;

use super::limits::Limits;
use super::nesting::Nesting;

/// The separator of RFC 8142.
const RECORD_SEPARATOR: u8 = 0x1e;

/// All members of a FeatureCollection but its features.
const MAX_ENVELOPE_BYTES: usize = 16 << 20;

/// What a cut-out text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// An element of a FeatureCollection's `features`, counted from 1.
    Element(u64),
    /// An object of its own: a feature, or a geometry.
    Whole,
    /// A FeatureCollection with its `features` emptied.
    Collection,
}

/// The text of one object and where it begins; lines and columns (bytes) count from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub kind: PieceKind,
    pub text: &'a [u8],
    pub line: u64,
    pub column: u64,
    /// For an element, the members of its FeatureCollection that stand before `features`, without the closing bracket.
    pub head: &'a [u8],
}

/// Why a text could not be cut out. Where reading can go on behind it, the next call of `next` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CutError {
    pub line: u64,
    pub column: u64,
    /// The feature of a FeatureCollection it is in, counted from 1.
    pub element: Option<u64>,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before an object of its own.
    Start,
    /// Between the members of the object that began at that line.
    Members {
        line: u64,
        column: u64,
        first: bool,
        collection: bool,
    },
    /// In the array `features` of that object.
    Elements {
        line: u64,
        column: u64,
        first: bool,
    },
    /// Objects parted by this byte.
    Separated(u8),
    End,
}

/// The pieces of one text, in order.
pub(super) struct Pieces<R> {
    input: R,
    limits: Limits,
    state: State,
    /// Where the next byte is.
    line: u64,
    column: u64,
    element: u64,
    envelope: Vec<u8>,
    text: Vec<u8>,
}

impl<R: BufRead> Pieces<R> {
    pub(super) fn new(input: R, limits: Limits) -> Pieces<R> {
        Pieces {
            input,
            limits,
            state: State::Start,
            line: 1,
            column: 1,
            element: 0,
            envelope: Vec::new(),
            text: Vec::new(),
        }
    }

    /// The next piece; `None` at the end, also after an error that leaves no place to go on from.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'_>>, CutError> {
        let cut = loop {
            let step = match self.state {
                State::End => return Ok(None),
                State::Start => self.start(),
                State::Members { line, column, first, collection } => self.member(line, column, first, collection),
                State::Elements { line, column, first } => self.element(line, column, first),
                State::Separated(separator) => self.separated(separator),
            };
            match step {
                Ok(None) => {}
                Ok(Some(found)) => break found,
                Err(error) => {
                    // A state that did not choose a place to go on from is at its end.
                    if !matches!(self.state, State::Separated(_)) {
                        self.state = State::End;
                    }
                    return Err(error);
                }
            }
        };
        let (kind, line, column) = cut;
        let text = if matches!(kind, PieceKind::Element(_)) { &self.text } else { &self.envelope };
        Ok(Some(Piece { kind, text, line, column, head: &self.envelope }))
    }

    /// Looks for the beginning of an object of its own.
    fn start(&mut self) -> Result<Option<(PieceKind, u64, u64)>, CutError> {
        self.element = 0;
        self.skip_space()?;
        match self.peek()? {
            None => self.state = State::End,
            Some(RECORD_SEPARATOR) => self.state = State::Separated(RECORD_SEPARATOR),
            Some(b'{') => {
                let (line, column) = (self.line, self.column);
                self.envelope.clear();
                self.bump(b'{');
                self.envelope.push(b'{');
                self.state = State::Members { line, column, first: true, collection: false };
            }
            Some(other) => return Err(self.not_an_object(other)),
        }
        Ok(None)
    }

    /// Takes one member, or the end of the object.
    fn member(
        &mut self,
        line: u64,
        column: u64,
        first: bool,
        collection: bool,
    ) -> Result<Option<(PieceKind, u64, u64)>, CutError> {
        self.skip_space()?;
        match self.peek()? {
            Some(b'}') => {
                self.bump(b'}');
                self.envelope.push(b'}');
                self.state = match (collection, self.line == line) {
                    (false, true) => State::Separated(b'\n'),
                    _ => State::Start,
                };
                let kind = if collection { PieceKind::Collection } else { PieceKind::Whole };
                return Ok(Some((kind, line, column)));
            }
            Some(b',') if !first => {
                self.bump(b',');
                self.envelope.push(b',');
                self.skip_space()?;
            }
            _ if !first => return Err(self.unexpected("`,` or `}`", line)),
            _ => {}
        }
        if self.peek()? != Some(b'"') {
            return Err(self.unexpected("a member's name in quotes", line));
        }
        let from = self.envelope.len();
        self.take_value(Into::Envelope, line)?;
        let is_features = &self.envelope[from..] == b"\"features\"";
        self.skip_space()?;
        if self.peek()? != Some(b':') {
            return Err(self.unexpected("`:`", line));
        }
        self.bump(b':');
        self.envelope.push(b':');
        self.skip_space()?;
        if is_features && self.peek()? == Some(b'[') {
            if collection {
                return Err(self.error("the member `features` is there twice".into()));
            }
            self.bump(b'[');
            self.envelope.extend(b"[]");
            self.state = State::Elements { line, column, first: true };
            return Ok(None);
        }
        self.take_value(Into::Envelope, line)?;
        self.state = State::Members { line, column, first: false, collection };
        Ok(None)
    }

    /// Takes one element of `features`, or the array's end.
    fn element(&mut self, line: u64, column: u64, first: bool) -> Result<Option<(PieceKind, u64, u64)>, CutError> {
        self.skip_space()?;
        match self.peek()? {
            Some(b']') => {
                self.bump(b']');
                self.state = State::Members { line, column, first: false, collection: true };
                self.element = 0;
                return Ok(None);
            }
            Some(b',') if !first => {
                self.bump(b',');
                self.skip_space()?;
            }
            _ if !first => return Err(self.unexpected("`,` or `]` after a feature", line)),
            _ => {}
        }
        self.element += 1;
        if self.peek()? != Some(b'{') {
            return Err(self.unexpected("a feature (`{`)", line));
        }
        let (at_line, at_column) = (self.line, self.column);
        self.text.clear();
        self.take_value(Into::Text, at_line)?;
        self.state = State::Elements { line, column, first: false };
        Ok(Some((PieceKind::Element(self.element), at_line, at_column)))
    }

    /// Takes the text up to the separator.
    fn separated(&mut self, separator: u8) -> Result<Option<(PieceKind, u64, u64)>, CutError> {
        self.skip_space()?;
        while self.peek()? == Some(RECORD_SEPARATOR) {
            self.bump(RECORD_SEPARATOR);
            self.skip_space()?;
        }
        let (line, column) = (self.line, self.column);
        self.envelope.clear();
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) => return Err(self.broken(&error)),
            };
            let end = chunk.iter().position(|&byte| byte == separator);
            let taken = &chunk[..end.unwrap_or(chunk.len())];
            let at_end = chunk.is_empty() || end.is_some();
            let length = taken.len();
            if self.envelope.len() + length > self.limits.max_feature_bytes {
                self.state = State::End;
                return Err(self.error_at(line, column, self.too_long()));
            }
            self.envelope.extend_from_slice(taken);
            self.input.consume(length);
            if at_end {
                break;
            }
        }
        let length = self.envelope.trim_ascii_end().len();
        match self.envelope.first() {
            None => {
                self.state = State::End;
                return Ok(None);
            }
            Some(b'{') => {}
            Some(&other) => {
                let fault = self.not_an_object(other);
                let text = std::mem::take(&mut self.envelope);
                text.iter().for_each(|&byte| self.advance(byte));
                return Err(fault);
            }
        }
        let mut text = std::mem::take(&mut self.envelope);
        let mut nesting = Nesting::new(self.limits.max_depth);
        let mut fault = None;
        for (i, &byte) in text.iter().enumerate() {
            if i < length
                && fault.is_none()
                && let Err(message) = nesting.step(byte)
            {
                fault = Some(self.error(message));
            }
            self.advance(byte);
        }
        text.truncate(length);
        self.envelope = text;
        if let Some(fault) = fault {
            return Err(fault);
        }
        if !nesting.is_complete() {
            return Err(self.error("the text ends before its object does: it is truncated".into()));
        }
        Ok(Some((PieceKind::Whole, line, column)))
    }

    /// Takes one JSON value: brackets up to their match, a text, or a bare word.
    fn take_value(&mut self, into: Into, begun_on: u64) -> Result<(), CutError> {
        let max_bytes = match into {
            Into::Text => self.limits.max_feature_bytes,
            // Whether the object is a feature or a collection shows only later.
            Into::Envelope if matches!(self.state, State::Members { collection: true, .. }) => MAX_ENVELOPE_BYTES,
            Into::Envelope => self.limits.max_feature_bytes,
        };
        let mut nesting = Nesting::new(self.limits.max_depth);
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) if !chunk.is_empty() => chunk,
                _ => return Err(self.unexpected("more", begun_on)),
            };
            let mut used = 0;
            let mut ended = false;
            let mut fault = None;
            for &byte in chunk {
                if nesting.ends_before(byte) {
                    ended = true;
                    break;
                }
                if byte == b'{' && self.column == 1 && nesting.cannot_open() {
                    fault =
                        Some(format!("the text that begins on line {begun_on} is not finished when another begins"));
                    break;
                }
                if let Err(message) = nesting.step(byte) {
                    fault = Some(message);
                    break;
                }
                used += 1;
                if byte == b'\n' {
                    self.line += 1;
                    self.column = 1;
                } else {
                    self.column += 1;
                }
                if nesting.is_complete() {
                    ended = true;
                    break;
                }
            }
            let target = match into {
                Into::Envelope => &mut self.envelope,
                Into::Text => &mut self.text,
            };
            target.extend_from_slice(&chunk[..used]);
            let length = target.len();
            self.input.consume(used);
            if let Some(message) = fault {
                let fault = self.error(message);
                let another_begins = self.column == 1 && matches!(self.state, State::Members { collection: false, .. });
                if another_begins {
                    self.state = State::Separated(b'\n');
                }
                return Err(fault);
            }
            if length > max_bytes {
                return Err(self.error(self.too_long()));
            }
            if ended {
                return Ok(());
            }
        }
    }

    fn skip_space(&mut self) -> Result<(), CutError> {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek()? {
            self.bump(byte);
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<u8>, CutError> {
        match self.input.fill_buf() {
            Ok(chunk) => Ok(chunk.first().copied()),
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// Takes the byte that `peek` showed.
    fn bump(&mut self, byte: u8) {
        self.input.consume(1);
        self.advance(byte);
    }

    fn advance(&mut self, byte: u8) {
        if byte == b'\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
    }

    fn too_long(&self) -> String {
        format!("the feature is longer than {} bytes", self.limits.max_feature_bytes)
    }

    fn not_an_object(&self, first: u8) -> CutError {
        let message = format!("a GeoJSON object (`{{`) is expected, not {}", show(first));
        // What is no object from its first byte on may be no GeoJSON at all.
        let formats = if (self.line, self.column) == (1, 1) {
            "; files are read as GeoJSON, shapefile (a zip, or .shp with its parts), GeoPackage, KML, TopoJSON and FlatGeobuf"
        } else {
            ""
        };
        self.error(message + formats)
    }

    fn error(&self, message: String) -> CutError {
        self.error_at(self.line, self.column, message)
    }

    fn error_at(&self, line: u64, column: u64, message: String) -> CutError {
        CutError { line, column, element: (self.element > 0).then_some(self.element), message }
    }

    /// The input itself failed, so nothing more can be read.
    fn broken(&mut self, error: &std::io::Error) -> CutError {
        self.state = State::End;
        self.error(error.to_string())
    }

    /// Says what stands where something else should, or that the file ends there.
    fn unexpected(&mut self, expected: &str, begun_on: u64) -> CutError {
        match self.peek() {
            Err(error) => error,
            Ok(Some(byte)) => self.error(format!("{expected} is expected, not {}", show(byte))),
            Ok(None) => {
                self.error(format!("the file ends inside the text that begins on line {begun_on}: it is truncated"))
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Into {
    Envelope,
    Text,
}

/// A byte for people.
fn show(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("`{}`", char::from(byte)) } else { format!("byte 0x{byte:02x}") }
}
