from segue.filesystems import LocalFileSystem
from segue.results import ResultRecord, ResultRecordMetadata
from segue.serializers import JSONSerializer

record = ResultRecord(result={"a": 1}, metadata=ResultRecordMetadata(serializer=JSONSerializer(), storage_key="k"))
print(record.result, record.serializer.type, record.expiration, record.metadata.storage_block_id)
data = record.serialize()
print(type(data).__name__)
back = ResultRecord.deserialize(data)
print(back.result, back == record, back.metadata.storage_key)
print(ResultRecordMetadata.load_bytes(record.serialize_metadata()).storage_key)
print(record.serialize_result())
print(ResultRecord.deserialize_from_result_and_metadata(record.serialize_result(), record.serialize_metadata()).result)
