//! As much of JSON Schema as the schema of reports uses.

use serde_json::Value;

/// Whether `value` fits `schema`; else where it does not.
pub(crate) fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return check(root, target, value, at);
    }
    let ok = |what: bool, why: &str| {
        what.then_some(())
            .ok_or_else(|| format!("{at}: {why}: {value}"))
    };
    if let Some(constant) = schema.get("const") {
        ok(constant == value, "const")?;
    }
    if let Some(values) = schema["enum"].as_array() {
        ok(values.contains(value), "enum")?;
    }
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    ok(
        types.is_empty() || types.iter().any(|kind| is(kind, value)),
        "type",
    )?;
    if let Some(object) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            ok(
                object.contains_key(name.as_str().unwrap()),
                &format!("required {name}"),
            )?;
        }
        if let Some(properties) = schema["properties"].as_object() {
            for (name, value) in object {
                ok(
                    properties.contains_key(name),
                    &format!("not described: {name}"),
                )?;
                check(root, &properties[name], value, &format!("{at}/{name}"))?;
            }
        }
    }
    if let (Some(items), Some(array)) = (schema.get("items"), value.as_array()) {
        for (number, value) in array.iter().enumerate() {
            check(root, items, value, &format!("{at}/{number}"))?;
        }
    }
    Ok(())
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        kind => panic!("the schema has a type that is not known: {kind}"),
    }
}
