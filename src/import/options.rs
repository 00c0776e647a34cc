//! Options of an import as text, dealt to its files: the command line and uploads give them in the same words.

use super::crs::ImportCrs;
use super::encoding::TextEncoding;
use super::limits::Limits;
use super::mapping::{FieldMapping, TextFrom};
use super::reading::ReadOptions;

/// What a user said of the files, option by option: one value for all files, or one for each, separated by commas; an
/// empty one among several is as if nothing had been said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionTexts {
    /// A number or a field.
    pub tier: Option<String>,
    /// Fields or templates, such as `id` or `K{KTNR}`; `-` is none.
    pub code: Option<String>,
    pub name: Option<String>,
    pub parent: Option<String>,
    pub parent_name: Option<String>,
    /// As in [`ImportCrs`].
    pub crs: Option<String>,
    /// As in [`TextEncoding`].
    pub encoding: Option<String>,
    /// The layer of a file that has several.
    pub layer: Option<String>,
}

/// An option that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{option}: {message}")]
pub struct WrongOption {
    /// Its name without dashes, such as `tier` or `parent_name`.
    pub option: &'static str,
    pub message: String,
}

impl OptionTexts {
    /// The options of each of so many files.
    pub fn deal(&self, files: usize, limits: Limits) -> Result<Vec<ReadOptions>, WrongOption> {
        let tier = parsed("tier", &self.tier, files)?;
        let code = parsed::<TextFrom>("code", &self.code, files)?;
        let name = parsed("name", &self.name, files)?;
        let parent = parsed("parent", &self.parent, files)?;
        let parent_name = parsed("parent_name", &self.parent_name, files)?;
        let crs = parsed::<ImportCrs>("crs", &self.crs, files)?;
        let encoding = parsed::<TextEncoding>("encoding", &self.encoding, files)?;
        let layer = parsed::<String>("layer", &self.layer, files)?;
        let each = tier.into_iter().zip(code).zip(name).zip(parent).zip(parent_name).zip(crs).zip(encoding).zip(layer);
        let options =
            each.map(|(((((((tier, code), name), parent), parent_name), crs), encoding), layer)| ReadOptions {
                fields: FieldMapping { parent_name, ..FieldMapping::new(code, name, parent, tier) },
                crs,
                encoding,
                layer,
                limits,
            });
        Ok(options.collect())
    }
}

/// The values of one option, one for each file.
fn parsed<T>(option: &'static str, text: &Option<String>, files: usize) -> Result<Vec<Option<T>>, WrongOption>
where
    T: std::str::FromStr<Err: std::fmt::Display> + Clone,
{
    let wrong = |message: String| WrongOption { option, message };
    let Some(text) = text.as_deref() else { return Ok(vec![None; files]) };
    // A single file may have a comma in the name of a field.
    let values: Vec<&str> = if files > 1 { text.split(',').map(str::trim).collect() } else { vec![text] };
    if values.len() > 1 && values.len() != files {
        let message =
            format!("`{text}` has {} values for {files} files; give one for all, or one for each", values.len());
        return Err(wrong(message));
    }
    let parse = |value: &&str| match *value {
        "" if files > 1 => Ok(None),
        value => value.parse().map(Some).map_err(|error: T::Err| wrong(error.to_string())),
    };
    let values = values.iter().map(parse).collect::<Result<Vec<Option<T>>, WrongOption>>()?;
    Ok(if values.len() == 1 { vec![values[0].clone(); files] } else { values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tier::Tier;
    use crate::import::mapping::TierFrom;

    #[test]
    fn values_go_to_all_files_or_to_each() {
        let said = |text: &str| Some(text.to_string());
        let texts =
            OptionTexts { tier: said("1,3"), code: said("id"), name: said("名称,"), ..OptionTexts::default() };
        let dealt = texts.deal(2, Limits::default()).unwrap();
        let tiers = dealt.iter().map(|options| options.fields.tier.clone()).collect::<Vec<_>>();
        assert_eq!(tiers, [TierFrom::Fixed(Tier::One), TierFrom::Fixed(Tier::Three)]);
        assert!(dealt.iter().all(|options| options.fields.code == "id".parse().unwrap()));
        assert_eq!(dealt[0].fields.name, "名称".parse().unwrap());
        assert_eq!(dealt[1].fields.name, FieldMapping::default().name);

        let wrong = texts.deal(3, Limits::default()).unwrap_err().to_string();
        assert!(wrong.starts_with("tier: `1,3` has 2 values for 3 files"), "{wrong}");
        let comma = OptionTexts { code: said("a,b"), ..OptionTexts::default() };
        assert_eq!(comma.deal(1, Limits::default()).unwrap()[0].fields.code, "a,b".parse().unwrap());
        let wrong = OptionTexts { crs: said("wgs84,moon"), ..OptionTexts::default() }.deal(2, Limits::default());
        assert_eq!(wrong.unwrap_err().option, "crs");
    }
}
