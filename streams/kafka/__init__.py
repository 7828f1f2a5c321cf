"""Apache Kafka: the synchronous side (kafka-python). Faust's own driver consumes and produces."""
