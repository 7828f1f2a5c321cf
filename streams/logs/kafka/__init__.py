"""Apache Kafka: aiokafka writes, as it does for Faust; kafka-python administers and reads."""
