return { name = "probe", fields = { { config = { type = "record", fields = {} } } } }
