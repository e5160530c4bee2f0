"""Compares JSON values with the schemas of an OpenAPI description: the parts of JSON Schema that
server/http/openapi.json uses."""

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool}


def resolve(description, node):
    """Follows {"$ref": "#/a/b"}."""
    while "$ref" in node:
        path, node = node["$ref"], description
        for part in path.removeprefix("#/").split("/"):
            node = node[part]
    return node


def is_kind(value, kind):
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind])


def differences(description, schema, value, where="$"):
    """What is wrong, one line each."""
    schema = resolve(description, schema)
    kind = schema.get("type")
    if value is None and schema.get("nullable"):
        return []
    if kind is not None and not is_kind(value, kind):
        return [f"{where}: {type(value).__name__} instead of {kind}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is none of {schema['enum']}")
    if kind == "object":
        found += [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                found += differences(description, inner, value[name], f"{where}.{name}")
    elif kind == "array" and "items" in schema:
        for i, item in enumerate(value[:50]):
            found += differences(description, schema["items"], item, f"{where}[{i}]")
    return found
