"""The objects of the API as tables of fields: types, defaults and the server versions that know them."""
