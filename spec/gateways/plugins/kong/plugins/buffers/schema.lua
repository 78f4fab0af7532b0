return { name = "buffers", fields = { { config = { type = "record", fields = {} } } } }
